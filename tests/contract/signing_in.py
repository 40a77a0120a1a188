"""Second factors, cookies and other providers, seen by a witness."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from actors import PASSWORD, Marketplace
from contexts.identity.authenticator import SESSIONS, TOTP, App
from contexts.identity.elsewhere import CALLBACK, JSON, PAGES, START, elsewhere
from contexts.identity.test_cookies import Browser

Witness = Callable[[httpx.Response], Awaitable[None]]


async def use_second_factor(marketplace: Marketplace) -> None:
    """Set an app up, log in with it, and do without it again."""
    shopper, anybody = await marketplace.a_shopper(), marketplace.anybody
    form: dict[str, Any] = {"email": shopper.email, "password": PASSWORD}
    bearer: dict[str, Any] = {"headers": dict(shopper.client.headers)}
    await anybody.post(TOTP, {"password": "wrong horse battery"}, **bearer)
    enrolled = (await anybody.post(TOTP, {"password": PASSWORD}, **bearer)).json()
    app = App(enrolled["secret"])
    await anybody.get(TOTP, **bearer)
    await anybody.post(f"{TOTP}/confirm", {"code": app.wrong_code()}, **bearer)
    await anybody.post(f"{TOTP}/confirm", {"code": app.code(-1)}, **bearer)
    await anybody.post(TOTP, {"password": PASSWORD}, **bearer)
    await anybody.post(SESSIONS, form)
    await anybody.post(SESSIONS, form | {"code": app.code()})
    for body in ({}, {"code": app.wrong_code()}, {"password": PASSWORD}, {"password": PASSWORD}):
        await anybody.client.request("DELETE", TOTP, json=body, **bearer)


async def use_cookies(marketplace: Marketplace) -> None:
    browser = Browser(marketplace.anybody.client)
    await browser.logs_in(await marketplace.a_shopper())
    await browser.sends("POST", f"{SESSIONS}/refresh", {})
    await browser.sends("POST", f"{SESSIONS}/refresh", {}, origin="https://evil.example")
    await browser.sends("PATCH", "/v1/account", {"name": "Ann"}, **{"plaza-csrf": "another"})
    await browser.sends("DELETE", "/v1/sessions/current")


async def log_in_elsewhere(marketplace: Marketplace, witness: Witness, address: str) -> None:
    async with elsewhere(marketplace.settings) as there:
        browser = there.browser(address)
        browser.client.event_hooks["response"].append(witness)
        await browser.logs_in(JSON)
        await browser.logs_in(PAGES)
        await browser.get(START, {"return_to": "//evil.example"}, **PAGES)
        await browser.get(CALLBACK, **JSON)
        there.knows(email_verified=False)
        await browser.logs_in(JSON)
        await browser.get(START.replace("friend", "nobody"), **PAGES)
        query = await browser.goes()
        there.provider.stop()
        await browser.get(CALLBACK, query, **JSON)
