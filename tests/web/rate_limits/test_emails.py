"""Limits by e-mail address: guesses from many places, and mails to one mailbox."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from actors import PASSWORD, Marketplace
from contexts.asking import told
from plaza.settings import Settings
from web.rate_limits.limited import LimitedApi, an_address, limited_api
from web.refused import refused

WRONG = "not the password"
FEW = "log_in_email=1/3600s:3,mail_email=1/3600s:2"


async def guess(
    api: LimitedApi, email: str, password: str = WRONG, address: str | None = None
) -> httpx.Response:
    client = await api.seen_from(address or an_address())
    return await client.post("/v1/sessions", json={"email": email, "password": password})


def without_seconds(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    status, body = told(answer)
    return status, body | {"detail": body["detail"].rpartition(";")[0]}


# fault 70
async def test_spraying_one_account_from_many_addresses_is_slowed(
    marketplace: Marketplace,
) -> None:
    known = (await marketplace.a_shopper()).email
    assert known is not None
    unknown = f"{uuid4().hex}@plaza.example"
    async with limited_api(marketplace.settings, FEW) as api:
        answers = {email: [await guess(api, email) for _ in range(5)] for email in (known, unknown)}
        spelled = await guess(api, known.upper())

    for answered in answers.values():
        assert [answer.status_code for answer in answered] == [401] * 3 + [429] * 2
    pairs = zip(answers[known], answers[unknown], strict=True)
    # Nothing tells an address that has an account from one that has none.
    assert all(
        without_seconds(one) == without_seconds(other)
        and one.headers.keys() == other.headers.keys()
        for one, other in pairs
    )
    refused(spelled, 429, "rate_limited")
    assert 3_590 < int(spelled.headers["retry-after"]) <= 3_600


# fault 70
async def test_a_guess_too_many_is_refused_before_the_password_is_looked_at(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = f"{uuid4().hex}@plaza.example"
    looked = 0

    async with limited_api(marketplace.settings, FEW) as api:
        passwords = api.app.state.passwords
        matches = passwords.matches

        async def counted(*arguments: Any) -> bool:
            nonlocal looked
            looked += 1
            found: bool = await matches(*arguments)
            return found

        monkeypatch.setattr(passwords, "matches", counted)
        for _ in range(6):
            await guess(api, email)
    assert looked == 3


async def test_the_owner_gets_in_from_where_they_were_before_while_others_guess(
    marketplace: Marketplace,
) -> None:
    owner = (await marketplace.a_shopper()).email
    assert owner is not None
    home = an_address()
    async with limited_api(marketplace.settings, FEW) as api:
        assert (await guess(api, owner, PASSWORD, home)).status_code == 201
        guesses = [await guess(api, owner) for _ in range(4)]
        assert [answer.status_code for answer in guesses] == [401, 401, 429, 429]
        # From elsewhere not even the right password helps now, so that a guess tells nothing.
        assert (await guess(api, owner, PASSWORD)).status_code == 429

        at_home = [(await guess(api, owner, PASSWORD, home)).status_code for _ in range(4)]
    assert at_home == [201, 201, 201, 429]


async def test_a_wrong_password_makes_no_place_known(marketplace: Marketplace) -> None:
    owner = (await marketplace.a_shopper()).email
    assert owner is not None
    attacker = an_address()
    async with limited_api(marketplace.settings, FEW) as api:
        statuses = [(await guess(api, owner, address=attacker)).status_code for _ in range(4)]
        elsewhere = await guess(api, owner)
    assert statuses == [401, 401, 401, 429]
    refused(elsewhere, 429, "rate_limited")


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/password-resets", {}),
        ("/v1/accounts/verification-mails", {}),
        ("/v1/accounts", {"password": PASSWORD, "name": "Somebody"}),
    ],
)
async def test_nobodys_mailbox_is_filled_from_many_addresses(
    settings: Settings, path: str, more: dict[str, str]
) -> None:
    form = {"email": f"{uuid4().hex}@plaza.example", **more}
    async with limited_api(settings, FEW) as api:
        answers = [
            await (await api.seen_from(an_address())).post(path, json=form) for _ in range(3)
        ]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert refused(answers[-1], 429)["policy"] == "mail_email"


async def test_redis_holds_no_address_of_anybody(settings: Settings, redis: Any) -> None:
    name = uuid4().hex
    async with limited_api(settings, FEW) as api:
        await guess(api, f"{name}@plaza.example")
    keys = [key.decode() async for key in redis.scan_iter("*rate-limit:log_in_email*", 10_000)]
    assert keys
    assert not [key for key in keys if name in key or "@" in key]
