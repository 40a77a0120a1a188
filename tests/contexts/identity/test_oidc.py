"""A log-in by another provider: whose account it opens, and where the browser goes."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace
from contexts.identity.authenticator import guarded, told
from contexts.identity.elsewhere import (
    ATTEMPT,
    CALLBACK,
    JSON,
    PAGES,
    START,
    STOREFRONT,
    elsewhere,
)
from plaza.settings import Settings

VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE email = $1"
ACCOUNT = "SELECT * FROM identity.account WHERE email = $1"
LINKS = "SELECT account_id FROM identity.oidc_identity WHERE issuer = $1 AND subject = $2"
REGISTERED = "SELECT count(*) FROM outbox.event WHERE type = 'identity.account_registered.v1'"


async def test_somebody_new_gets_a_verified_account_without_a_password(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    before = await database.fetchval(REGISTERED)
    async with elsewhere(settings) as there:
        person, browser = there.knows(name="Zoë Müller"), there.browser()

        answer = await browser.logs_in()
        own = await browser.account(answer)

        assert answer.status_code == 200
        assert answer.json().keys() >= {"access_token", "refresh_token", "expires_in"}
        assert answer.headers["cache-control"] == "no-store"
        assert (own["email"], own["name"]) == (person["email"], "Zoë Müller")
        assert own["email_verified_at"] is not None
    held = await database.fetchrow(ACCOUNT, person["email"])
    assert held is not None
    assert held["password_hash"] is None
    assert await database.fetchval(REGISTERED) == before + 1
    nobodys = {"email": person["email"], "password": "nobody's password"}
    refused = await marketplace.anybody.post("/v1/sessions", nobodys)
    assert told(refused) == (401, "wrong_credentials")


async def test_the_same_person_comes_back_to_the_same_account_whatever_their_address_is_now(
    settings: Settings,
) -> None:
    async with elsewhere(settings) as there:
        person, browser = there.knows(), there.browser()
        first = await browser.account(await browser.logs_in())

        there.knows(sub=person["sub"])
        second = await browser.account(await browser.logs_in())
        there.knows(email=person["email"])
        namesake = await browser.account(await browser.logs_in())

    assert second["id"] == first["id"]
    assert second["email"] == person["email"]
    # Another person of the provider who has the verified address now.
    assert namesake["id"] == first["id"]


async def test_a_browser_is_sent_back_with_cookies_and_without_tokens(settings: Settings) -> None:
    async with elsewhere(settings) as there:
        browser = there.browser()
        answer = await browser.logs_in(PAGES, return_to="/account?tab=orders")
        own = await browser.get("/v1/account")

    assert answer.status_code == 302
    assert answer.headers["location"] == f"{STOREFRONT}/account?tab=orders"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert browser.cookies.keys() == {
        "__Host-plaza_access",
        "__Secure-plaza_refresh",
        "plaza_csrf",
    }
    assert answer.content == b""
    assert own.status_code == 200


async def test_the_attempt_is_kept_in_the_browser_sealed(settings: Settings) -> None:
    async with elsewhere(settings) as there:
        started = await there.browser().get(START, **PAGES)

    cookie = started.headers["set-cookie"]
    asked = httpx.URL(started.headers["location"]).params
    assert cookie.startswith(f"{ATTEMPT}=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/v1/oidc", "Max-Age=600"):
        assert word in cookie
    assert asked["code_challenge_method"] == "S256"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[secret]) >= 43
        assert asked[secret] not in cookie


async def test_an_account_is_found_by_an_address_that_both_sides_have_verified(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    assert shopper.email is not None
    async with elsewhere(settings) as there:
        person, browser = there.knows(email=shopper.email.upper()), there.browser()

        unverified = await browser.logs_in()
        linked = await database.fetchval(LINKS, there.provider.issuer, person["sub"])
        await database.execute(VERIFY, shopper.email)
        verified = await browser.account(await browser.logs_in())

    assert told(unverified) == (409, "account_not_verified")
    assert linked is None
    assert verified["email"] == shopper.email
    # The password is good as before.
    await marketplace.logged_in(shopper.email)


async def test_an_address_that_the_provider_has_not_verified_opens_and_makes_nothing(
    settings: Settings, database: asyncpg.Connection
) -> None:
    answers, linked = [], []
    unverified: list[dict[str, Any]] = [{"email_verified": v} for v in (False, None, "false")]
    async with elsewhere(settings) as there:
        for claims in (*unverified, {"email": None}, {"email": "with\0nul@friend.example"}):
            person = there.knows(**claims)
            answers.append(told(await there.browser().logs_in()))
            linked += await database.fetch(LINKS, there.provider.issuer, person["sub"])

    assert answers == [(403, "oidc_email_not_verified")] * 5
    assert linked == []


async def test_an_address_that_the_id_token_lacks_is_asked_for(settings: Settings) -> None:
    async with elsewhere(settings) as there:
        person = there.knows()
        email = person.pop("email")
        there.provider.userinfo = {"sub": person["sub"], "email": email, "email_verified": "true"}
        browser = there.browser()
        own = await browser.account(await browser.logs_in())

        there.knows(email=None)
        other = await there.browser().logs_in()

    assert own["email"] == email
    assert told(other) == (401, "oidc_refused")


async def test_another_provider_is_no_way_around_the_second_factor(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    who = await guarded(marketplace)
    await database.execute(VERIFY, who.person.email)
    async with elsewhere(settings) as there:
        person = there.knows(email=who.person.email)
        refused = await there.browser().logs_in()
        linked = await database.fetchval(LINKS, there.provider.issuer, person["sub"])

        await who.person.client.request("DELETE", "/v1/account/totp", json={"password": PASSWORD})
        fine = await there.browser().logs_in()

    assert told(refused) == (403, "oidc_second_factor")
    assert linked is None
    assert fine.status_code == 200


async def test_of_one_person_who_comes_by_two_browsers_at_once_there_is_one_account(
    settings: Settings, database: asyncpg.Connection
) -> None:
    async with elsewhere(settings) as there:
        person = there.knows()
        browsers = [there.browser() for _ in range(6)]
        answers = await asyncio.gather(*(browser.logs_in() for browser in browsers))
        owners = await database.fetch(LINKS, there.provider.issuer, person["sub"])

    assert {answer.status_code for answer in answers} == {200}
    assert len(owners) == 1


async def test_the_state_of_another_browser_logs_nobody_in(settings: Settings) -> None:
    async with elsewhere(settings) as there:
        victim, thief = there.browser(), there.browser()
        thiefs = await thief.goes()
        without = await victim.get(CALLBACK, thiefs, **JSON)
        await victim.goes()
        with_other = await victim.get(CALLBACK, thiefs, **JSON)
        fine = await thief.get(CALLBACK, thiefs, **JSON)

    assert told(without) == told(with_other) == (401, "oidc_attempt_unknown")
    assert fine.status_code == 200


async def test_a_cookie_that_was_not_sealed_here_is_none(settings: Settings) -> None:
    answers = []
    async with elsewhere(settings) as there:
        browser = there.browser()
        query = await browser.goes()
        for cookie in ("", "nonsense", "ü", "A" * 200):
            held = (b"cookie", f"{ATTEMPT}={cookie}".encode())
            headers = [held, (b"accept", b"application/json")]
            answers.append(await browser.client.get(CALLBACK, params=query, headers=headers))

    assert [told(answer) for answer in answers] == [(401, "oidc_attempt_unknown")] * 4


@pytest.mark.parametrize("forgets", [True, False], ids=["provider-forgets", "provider-does-not"])
async def test_a_log_in_is_finished_once(settings: Settings, *, forgets: bool) -> None:
    async with elsewhere(settings) as there:
        there.provider.forgets_codes = forgets
        browser = there.browser()
        query = await browser.goes()
        kept = dict(browser.cookies)
        first = await browser.get(CALLBACK, query, **JSON)
        after = await browser.get(CALLBACK, query, **JSON)
        # Somebody who has copied the cookie and seen the address.
        browser.cookies = kept
        replayed = await browser.get(CALLBACK, query, **JSON)

    assert first.status_code == 200
    assert told(after) == (401, "oidc_attempt_unknown")
    assert told(replayed) == (401, "oidc_refused" if forgets else "oidc_attempt_unknown")


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "another"},
        {"code": None, "error": "access_denied", "error_description": "no"},
        {"iss": "https://another.example"},
    ],
    ids=str,
)
async def test_what_the_provider_does_not_vouch_for_is_refused(
    settings: Settings, changes: dict[str, str | None]
) -> None:
    async with elsewhere(settings) as there:
        browser = there.browser()
        query = (await browser.goes()) | changes
        sent = {name: value for name, value in query.items() if value is not None}
        answer = await browser.get(CALLBACK, sent, **JSON)

    assert told(answer) == (401, "oidc_refused")


async def test_a_provider_that_is_not_set_is_not_there(settings: Settings) -> None:
    statuses = []
    async with elsewhere(settings) as there:
        for name in ("nobody", "Friend", "..", "friend%00"):
            started = await there.browser().get(f"/v1/oidc/{name}/start", **PAGES)
            finished = await there.browser().get(f"/v1/oidc/{name}/callback", **JSON)
            statuses += [started.status_code, finished.status_code]

    assert statuses == [404] * 8


async def test_the_browser_is_sent_to_the_marketplaces_own_pages_only(settings: Settings) -> None:
    own = "http://plaza.test/schema"
    async with elsewhere(settings) as there:
        foreign = await there.browser().get(START, {"return_to": "//evil.example"}, **PAGES)
        answer = await there.browser().logs_in(PAGES, return_to=own)

    assert told(foreign) == (400, "return_to_not_allowed")
    assert (answer.status_code, answer.headers["location"]) == (302, own)


async def test_an_account_that_was_erased_is_not_opened_and_another_is_made(
    settings: Settings,
) -> None:
    async with elsewhere(settings) as there:
        there.knows()
        browser = there.browser()
        first = await browser.logs_in()
        account = await browser.account(first)
        header = {"authorization": f"Bearer {first.json()['access_token']}"}
        erased = await browser.client.post("/v1/account/erase", json={}, headers=header)
        again = await browser.account(await browser.logs_in())

    assert erased.is_success, erased.text
    assert again["id"] != account["id"]


async def test_a_name_that_is_missing_or_no_name_is_taken_from_the_address(
    settings: Settings,
) -> None:
    names = []
    async with elsewhere(settings) as there:
        for name in (None, "   ", "with\nlines", "x" * 200):
            there.knows(name=name, email=f"ann-{uuid4().hex}@friend.example")
            browser = there.browser()
            names.append((await browser.account(await browser.logs_in()))["name"])

    assert [name[:4] for name in names[:3]] == ["ann-"] * 3
    assert names[3] == "x" * 120
