"""A second factor is set up with the password, and removed with that or a code."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from actors import PASSWORD, Marketplace
from contexts.identity.authenticator import SECRET, TOTP, enrolled, guarded, log_in, told


async def test_an_app_is_set_up_with_the_password_and_counts_once_it_is_confirmed(
    marketplace: Marketplace,
) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}

    wrong = await shopper.post(TOTP, {"password": "wrong horse battery"})
    made = await shopper.post(TOTP, {"password": PASSWORD})
    before = await marketplace.anybody.post("/v1/sessions", form)
    pending = await shopper.get(TOTP)

    assert told(wrong) == (403, "wrong_password")
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    address = urlsplit(made.json()["otpauth_uri"])
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query)["secret"] == [made.json()["secret"]]
    assert before.status_code == 201
    assert pending.json() == {"status": "to_be_confirmed", "recovery_codes_left": 0}


async def test_confirming_gives_ten_recovery_codes_and_happens_once(
    marketplace: Marketplace,
) -> None:
    shopper, app = await enrolled(marketplace)

    wrong = await shopper.post(f"{TOTP}/confirm", {"code": app.wrong_code()})
    confirmed = await shopper.post(f"{TOTP}/confirm", {"code": app.code(-1)})
    again = await shopper.post(f"{TOTP}/confirm", {"code": app.code()})
    anew = await shopper.post(TOTP, {"password": PASSWORD})

    assert told(wrong) == (422, "wrong_code")
    assert confirmed.status_code == 200
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    assert told(again) == told(anew) == (409, "totp_already_on")
    assert (await shopper.get(TOTP)).json() == {"status": "on", "recovery_codes_left": 10}


async def test_nobody_confirms_what_was_not_set_up(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()

    confirmed = await shopper.post(f"{TOTP}/confirm", {"code": "123456"})
    removed = await shopper.client.request("DELETE", TOTP, json={"password": PASSWORD})

    assert told(confirmed) == (409, "totp_not_enrolled")
    assert told(removed) == (404, "not_found")
    assert (await shopper.get(TOTP)).json() == {"status": "off", "recovery_codes_left": 0}


async def test_an_app_that_was_never_confirmed_is_replaced(marketplace: Marketplace) -> None:
    shopper, first = await enrolled(marketplace)

    second = await shopper.post(TOTP, {"password": PASSWORD})
    stale = await shopper.post(f"{TOTP}/confirm", {"code": first.code()})

    assert second.json()["secret"] != first.secret
    assert told(stale) == (422, "wrong_code")


@pytest.mark.parametrize("proof", ["password", "code", "recovery"])
async def test_it_is_removed_with_the_password_or_a_code(
    marketplace: Marketplace, proof: str
) -> None:
    who = await guarded(marketplace)
    body: dict[str, Any] = {
        "password": {"password": PASSWORD},
        "code": {"code": who.app.code()},
        "recovery": {"code": who.recovery_codes[0]},
    }[proof]

    removed = await who.person.client.request("DELETE", TOTP, json=body)

    assert (removed.status_code, removed.json()) == (200, {"status": "off"})
    assert (await log_in(marketplace, who)).status_code == 201
    assert (await who.person.get(TOTP)).json() == {"status": "off", "recovery_codes_left": 0}


async def test_it_is_not_removed_without_a_proof(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    who = await guarded(marketplace)
    bodies: list[dict[str, Any]] = [
        {},
        {"password": "wrong horse battery"},
        {"code": who.app.wrong_code()},
        {"code": who.used_code},
    ]

    answers = [await who.person.client.request("DELETE", TOTP, json=body) for body in bodies]

    assert [told(answer) for answer in answers] == [
        (403, "password_required"),
        (403, "wrong_password"),
        (422, "wrong_code"),
        (422, "wrong_code"),
    ]
    row = await database.fetchrow(SECRET, who.person.email)
    assert row is not None
    # Who has stolen a session cannot try codes for ever either.
    assert row["failed_count"] == 2
