"""Accounts: made, logged in to, and not given away by an answer."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from actors import PASSWORD, Marketplace, open_marketplace
from plaza.settings import Settings

HASH = "SELECT password_hash FROM identity.account WHERE email_normalized = $1"
COUNT = "SELECT count(*) FROM identity.account WHERE email_normalized = $1"
REGISTERED = "SELECT count(*) FROM outbox.event WHERE type = 'identity.account_registered.v1'"
NAMES_THE_REQUEST = {"x-request-id", "date", "plaza-command"}


def a_registration(**changes: Any) -> dict[str, Any]:
    email = f"{uuid4().hex}@plaza.example"
    return {"email": email, "password": PASSWORD, "name": "Ann"} | changes


def seen(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """All that a caller sees but the request's own names."""
    body = {name: value for name, value in answer.json().items() if name != "trace_id"}
    headers = {n: v for n, v in answer.headers.items() if n not in NAMES_THE_REQUEST}
    return answer.status_code, body, headers


async def test_a_known_address_is_answered_as_a_new_one_and_stays_as_it_is(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    form = a_registration()
    other = form | {"password": "another password", "email": form["email"].upper()}
    thief = {"email": form["email"], "password": "another password"}

    first = await marketplace.anybody.post("/v1/accounts", form)
    held = await database.fetchval(HASH, form["email"])
    second = await marketplace.anybody.post("/v1/accounts", other)

    assert first.status_code == 202
    assert first.json() == {"status": "check_your_mail"}
    assert seen(second) == seen(first)
    assert await database.fetchval(HASH, form["email"]) == held
    assert (await marketplace.anybody.post("/v1/sessions", thief)).status_code == 401
    await marketplace.logged_in(form["email"])


async def test_one_address_registered_many_times_at_once_is_one_account_and_one_answer(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    form, before = a_registration(), await database.fetchval(REGISTERED)

    answers = await asyncio.gather(
        *(marketplace.anybody.post("/v1/accounts", form) for _ in range(12))
    )

    assert {str(seen(answer)) for answer in answers} == {str(seen(answers[0]))}
    assert answers[0].status_code == 202
    assert await database.fetchval(COUNT, form["email"]) == 1
    assert await database.fetchval(REGISTERED) == before + 1


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    marketplace: Marketplace,
) -> None:
    shopper = await marketplace.a_shopper()
    wrong = {"email": shopper.email, "password": "wrong horse battery"}
    unknown = {"email": f"{uuid4().hex}@plaza.example", "password": PASSWORD}

    answers = [await marketplace.anybody.post("/v1/sessions", form) for form in (wrong, unknown)]

    assert seen(answers[0]) == seen(answers[1])
    assert (answers[0].status_code, answers[0].json()["code"]) == (401, "wrong_credentials")
    assert answers[0].headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("password", "status", "code"),
    [
        ("", 400, "invalid_input"),
        ("short77", 422, "weak_password"),
        ("x" * 257, 400, "invalid_input"),
        ("ä" * 129, 422, "weak_password"),
    ],
)
async def test_a_password_that_cannot_be_used_is_refused(
    marketplace: Marketplace, password: str, status: int, code: str
) -> None:
    answer = await marketplace.anybody.post("/v1/accounts", a_registration(password=password))

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("password", ["eightcha", "ä" * 128, "🔑 with blanks inside "])
async def test_a_password_of_any_script_opens_its_account(
    marketplace: Marketplace, database: asyncpg.Connection, password: str
) -> None:
    form = a_registration(password=password)

    assert (await marketplace.anybody.post("/v1/accounts", form)).status_code == 202
    await marketplace.logged_in(form["email"].upper(), password)
    held = await database.fetchval(HASH, form["email"])

    assert held.startswith("$argon2id$")
    assert password not in held


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@plaza.example", "@plaza.example"])
async def test_what_is_no_address_is_refused(marketplace: Marketplace, email: str) -> None:
    answer = await marketplace.anybody.post("/v1/accounts", a_registration(email=email))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_email")


async def test_an_address_that_is_not_verified_may_not_log_in_where_that_is_required(
    fresh_settings: Settings,
) -> None:
    strict = msgspec.structs.replace(fresh_settings, require_verified_email=True)
    form = a_registration()
    log_in = {"email": form["email"], "password": PASSWORD}
    async with open_marketplace(strict) as marketplace:
        await marketplace.anybody.post("/v1/accounts", form)
        refused = await marketplace.anybody.post("/v1/sessions", log_in)
        guessed = await marketplace.anybody.post("/v1/sessions", log_in | {"password": "guessed!"})
        await marketplace.operator()

    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
    # Who does not know the password learns nothing of the account.
    assert (guessed.status_code, guessed.json()["code"]) == (401, "wrong_credentials")


async def test_a_person_sees_their_own_account(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()

    own = await shopper.get("/v1/account")
    nobodys = await marketplace.anybody.get("/v1/account")

    body = own.json()
    assert (own.status_code, nobodys.status_code) == (200, 401)
    assert (body["email"], body["name"], body["is_operator"]) == (shopper.email, "A shopper", False)
    assert "password_hash" not in body
    assert own.headers["cache-control"] == "private, no-store"
