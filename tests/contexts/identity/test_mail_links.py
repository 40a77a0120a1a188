"""What people are mailed, and what the links in it do."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from actors import PASSWORD, Marketplace, open_marketplace
from contexts.identity.links import (
    account_id_of,
    an_address,
    another_device,
    log_in,
    mailed_token,
    requested,
    token_of,
)
from plaza.settings import Settings
from writing.watching import watching

OTHER_PASSWORD = "another horse battery"
OVER = "UPDATE identity.mail_request SET expires_at = now() WHERE email = $1"
LIVE = """
    SELECT count(*) FROM identity.session WHERE account_id = $1 AND revoked_at IS NULL
"""
FACTS = """
    SELECT type FROM outbox.event WHERE aggregate_id = $1 AND aggregate_type = 'account'
    ORDER BY id
"""


async def verify(marketplace: Marketplace, token: str) -> httpx.Response:
    return await marketplace.anybody.post("/v1/accounts/verify", {"token": token})


async def ask_for_reset(marketplace: Marketplace, email: str | None) -> None:
    answer = await marketplace.anybody.post("/v1/password-resets", {"email": email})
    assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})


async def reset(
    marketplace: Marketplace, token: str, password: str = OTHER_PASSWORD
) -> httpx.Response:
    form = {"token": token, "password": password}
    return await marketplace.anybody.post("/v1/password-resets/complete", form)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_registers_is_asked_to_confirm_the_address(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)

    (mail,) = await requested(database, shopper.email)
    answer = await verify(
        marketplace, await mailed_token(marketplace, database, shopper.email, "verify_email")
    )

    assert (mail["purpose"], mail["account_id"]) == ("verify_email", account_id)
    assert timedelta(days=2, hours=23) < mail["lifetime"] < timedelta(days=3, hours=1)
    assert (answer.status_code, answer.json()) == (200, {"status": "verified"})
    own = (await shopper.get("/v1/account")).json()
    assert own["email_verified_at"] is not None
    assert own["version"] == 2
    types = [row["type"] for row in await database.fetch(FACTS, account_id)]
    assert types == ["identity.account_registered.v1", "identity.email_verified.v1"]


async def test_who_registers_a_known_address_is_told_so_by_mail(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    assert shopper.email is not None
    form = {"email": shopper.email.upper(), "password": OTHER_PASSWORD, "name": "Somebody"}

    await marketplace.anybody.post("/v1/accounts", form)

    first, second = await requested(database, shopper.email)
    assert (first["purpose"], second["purpose"]) == ("verify_email", "already_registered")
    assert first["account_id"] == second["account_id"]


async def test_the_installations_own_accounts_get_no_mail(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    assert await requested(database, marketplace.settings.operator_email) == []


async def test_an_account_opens_once_its_address_is_confirmed(fresh_settings: Settings) -> None:
    strict = msgspec.structs.replace(fresh_settings, require_verified_email=True)
    email = an_address()
    form = {"email": email, "password": PASSWORD, "name": "Ann"}
    async with open_marketplace(strict) as marketplace, watching(strict) as database:
        await marketplace.anybody.post("/v1/accounts", form)
        before = await log_in(marketplace, email)
        await verify(marketplace, await mailed_token(marketplace, database, email, "verify_email"))
        after = await log_in(marketplace, email)

    assert told(before) == (403, "email_not_verified")
    assert after.status_code == 201


async def test_a_link_opened_twice_confirms_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    token = await mailed_token(marketplace, database, shopper.email, "verify_email")

    answers = [await verify(marketplace, token) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await shopper.get("/v1/account")).json()["version"] == 2


async def test_a_link_that_is_over_or_made_up_confirms_nothing(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    token = await mailed_token(marketplace, database, shopper.email, "verify_email")
    await ask_for_reset(marketplace, shopper.email)
    other = await mailed_token(marketplace, database, shopper.email, "reset_password")
    await database.execute(OVER, shopper.email)
    nobodys = token_of(marketplace.settings, uuid4(), "verify_email")

    for wrong in (token, other, nobodys, "made up", token[:-1] + "A"):
        assert told(await verify(marketplace, wrong)) == (422, "invalid_token")
    assert (await shopper.get("/v1/account")).json()["email_verified_at"] is None


async def test_the_mail_is_sent_again_while_the_address_is_not_confirmed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    path = "/v1/accounts/verification-mails"

    first = await marketplace.anybody.post(path, {"email": shopper.email})
    token = await mailed_token(marketplace, database, shopper.email, "verify_email")
    assert (await verify(marketplace, token)).status_code == 200
    later = [
        await marketplace.anybody.post(path, {"email": email})
        for email in (shopper.email, an_address())
    ]

    answers = [first, *later]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.content for answer in answers}) == 1
    # What came after the confirmation names no account, so that nothing is sent.
    mails = await requested(database, shopper.email)
    assert [mail["purpose"] for mail in mails] == ["verify_email", "verify_email"]


async def test_a_forgotten_password_is_set_by_the_link_and_every_session_ends(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await another_device(marketplace, shopper)
    account_id = await account_id_of(database, shopper.email)
    await ask_for_reset(marketplace, shopper.email)
    mail = (await requested(database, shopper.email))[-1]
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")

    answer = await reset(marketplace, token)

    assert timedelta(minutes=59) < mail["lifetime"] < timedelta(minutes=61)
    assert (answer.status_code, answer.json()) == (200, {"status": "changed"})
    assert await database.fetchval(LIVE, account_id) == 0
    assert told(await log_in(marketplace, shopper.email)) == (401, "wrong_credentials")
    assert (await log_in(marketplace, shopper.email, OTHER_PASSWORD)).status_code == 201
    last = (await requested(database, shopper.email))[-1]
    assert (last["purpose"], last["account_id"]) == ("password_changed", account_id)
    types = [row["type"] for row in await database.fetch(FACTS, account_id)]
    assert types[1:] == ["identity.password_changed.v1", "identity.email_verified.v1"]


async def test_a_link_sets_one_password_and_ends_the_links_beside_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await ask_for_reset(marketplace, shopper.email)
    first = await mailed_token(marketplace, database, shopper.email, "reset_password")
    await ask_for_reset(marketplace, shopper.email)
    second = await mailed_token(marketplace, database, shopper.email, "reset_password")

    assert (await reset(marketplace, second)).status_code == 200
    for token in (first, second):
        assert told(await reset(marketplace, token, "yet another one")) == (422, "invalid_token")
    assert (await log_in(marketplace, shopper.email, OTHER_PASSWORD)).status_code == 201


async def test_a_reset_that_is_over_or_for_another_purpose_sets_nothing(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await ask_for_reset(marketplace, shopper.email)
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")
    other = await mailed_token(marketplace, database, shopper.email, "verify_email")
    await database.execute(OVER, shopper.email)

    for wrong in (token, other, "made up"):
        assert told(await reset(marketplace, wrong)) == (422, "invalid_token")
    assert (await log_in(marketplace, shopper.email)).status_code == 201


@pytest.mark.parametrize("password", ["short", "football1", "the e-mail"])
async def test_a_weak_password_is_not_set_and_leaves_the_link_as_it_is(
    marketplace: Marketplace, database: asyncpg.Connection, password: str
) -> None:
    shopper = await marketplace.a_shopper()
    assert shopper.email is not None
    weak = shopper.email.upper() if password == "the e-mail" else password
    await ask_for_reset(marketplace, shopper.email)
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")

    assert told(await reset(marketplace, token, weak)) == (422, "weak_password")
    assert (await reset(marketplace, token)).status_code == 200


async def test_a_reset_goes_to_the_mailbox_of_the_account_and_not_to_a_lookalike(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    # Both fold to the same letters, and are two people's mailboxes.
    stem = uuid4().hex
    own, lookalike = f"strasse-{stem}@plaza.example", f"straße-{stem}@plaza.example"
    form = {"email": own, "password": PASSWORD, "name": "Ann"}
    await marketplace.anybody.post("/v1/accounts", form)

    await ask_for_reset(marketplace, lookalike)

    assert await requested(database, lookalike) == []
    assert (await requested(database, own))[-1]["purpose"] == "reset_password"


async def test_of_an_address_that_nobody_has_nothing_is_kept(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    unknown = an_address()
    count = "SELECT count(*) FROM identity.mail_request WHERE email = '' AND account_id IS NULL"
    before = await database.fetchval(count)

    await ask_for_reset(marketplace, unknown)

    assert await requested(database, unknown) == []
    assert await database.fetchval(count) == before + 1


async def test_facts_and_rows_hold_no_token_and_facts_no_address(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await ask_for_reset(marketplace, shopper.email)
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")

    facts = await database.fetch("SELECT e::text AS row FROM outbox.event e")
    rows = await database.fetch("SELECT r::text AS row FROM identity.mail_request r")

    assert not any(token in row["row"] for row in [*facts, *rows])
    assert not any(str(shopper.email) in row["row"] for row in facts)
