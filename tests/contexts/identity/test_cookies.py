"""Browsers: the tokens in cookies that no script reads, and no other site uses."""

from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx
import pytest

from actors import PASSWORD, Marketplace, Person
from contexts.identity.authenticator import told

ACCESS = "__Host-plaza_access"
REFRESH = "__Secure-plaza_refresh"
CSRF = "plaza_csrf"
SESSIONS = "/v1/sessions"
CURRENT = "/v1/sessions/current"
REFRESHED = "/v1/sessions/refresh"
A_SESSION = "01890a5d-ac96-774b-bcce-b302099a8057"


def set_by(answer: httpx.Response) -> SimpleCookie:
    cookies: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        cookies.load(header)
    return cookies


class Browser:
    """Keeps cookies by hand: a client of the tests would not send secure ones over HTTP."""

    def __init__(self, client: httpx.AsyncClient, origin: str | None = "http://plaza.test") -> None:
        self._client = client
        self.headers = {} if origin is None else {"origin": origin}
        self.cookies: dict[str, str] = {}
        self.csrf: str | None = None

    async def sends(
        self, method: str, path: str, json: Any = None, **headers: str
    ) -> httpx.Response:
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= self.headers | ({} if self.csrf is None else {"plaza-csrf": self.csrf}) | headers
        answer = await self._client.request(method, path, json=json, headers=sent)
        for name, morsel in set_by(answer).items():
            self.cookies[name] = morsel.value
            if morsel["max-age"] == "0":
                del self.cookies[name]
        return answer

    async def logs_in(self, person: Person, **changes: Any) -> httpx.Response:
        form = {"email": person.email, "password": PASSWORD, "mode": "cookie"} | changes
        answer = await self.sends("POST", SESSIONS, form)
        assert answer.status_code == 201, answer.text
        self.csrf = answer.json()["csrf_token"]
        return answer


async def a_browser(marketplace: Marketplace) -> Browser:
    """Somebody's browser, logged in."""
    browser = Browser(marketplace.client())
    await browser.logs_in(await marketplace.a_shopper())
    return browser


async def test_a_log_in_by_cookie_answers_no_token_and_sets_three_cookies(
    marketplace: Marketplace,
) -> None:
    browser = Browser(marketplace.client())
    answer = await browser.logs_in(await marketplace.a_shopper())
    cookies = set_by(answer)

    assert answer.json().keys() == {"token_type", "expires_in", "csrf_token"}
    assert answer.json()["token_type"] == "Cookie"
    assert cookies.keys() == {ACCESS, REFRESH, CSRF}
    access, refresh, csrf = cookies[ACCESS], cookies[REFRESH], cookies[CSRF]
    assert (access["httponly"], access["secure"], access["samesite"]) == (True, True, "lax")
    assert (access["path"], access["domain"], access["max-age"]) == ("/", "", "600")
    assert (refresh["httponly"], refresh["secure"], refresh["samesite"]) == (True, True, "strict")
    assert (refresh["path"], refresh["domain"]) == ("/v1/sessions", "")
    assert (csrf["httponly"], csrf["secure"]) == ("", True)
    assert csrf.value == answer.json()["csrf_token"]
    assert access.value not in answer.text
    assert refresh.value not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_log_in_says_by_itself_that_it_wants_tokens(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}

    plain = await marketplace.anybody.post(SESSIONS, form)
    bearer = await marketplace.anybody.post(SESSIONS, form | {"mode": "bearer"})
    other = await marketplace.anybody.post(SESSIONS, form | {"mode": "sticky"})

    wanted = {"token_type", "expires_in", "access_token", "refresh_token"}
    assert plain.json().keys() == bearer.json().keys() == wanted
    assert "set-cookie" not in plain.headers
    assert other.status_code == 400


async def test_the_cookie_logs_in_where_there_is_no_header(marketplace: Marketplace) -> None:
    browser, other = await a_browser(marketplace), await marketplace.a_shopper()

    own = await browser.sends("GET", "/v1/account")
    header = other.client.headers["authorization"]
    both = await browser.sends("GET", "/v1/account", authorization=header)
    wrong = await browser.sends("GET", "/v1/account", authorization="Bearer nonsense")

    assert own.status_code == 200
    assert own.headers["cache-control"] == "private, no-store"
    assert both.json()["email"] == other.email
    assert wrong.status_code == 401


async def test_what_changes_something_needs_the_csrf_token(marketplace: Marketplace) -> None:
    browser = await a_browser(marketplace)
    stranger = await a_browser(marketplace)
    change = {"name": "Ann"}

    async def changes(**headers: str) -> httpx.Response:
        return await browser.sends("PATCH", "/v1/account", change, **{"if-match": '"1"'}, **headers)

    given, browser.csrf = browser.csrf, None
    without = await changes()
    browser.csrf = stranger.csrf
    strangers = await changes()
    browser.csrf = given
    foreign = await changes(origin="https://evil.example")
    hidden = await changes(**{"sec-fetch-site": "cross-site"})
    fine = await changes()

    assert [told(a) for a in (without, strangers, foreign, hidden)] == [(403, "csrf_failed")] * 4
    assert fine.status_code == 200
    assert fine.json()["name"] == "Ann"


async def test_who_sends_the_header_needs_no_csrf_token(marketplace: Marketplace) -> None:
    browser, other = await a_browser(marketplace), await marketplace.a_shopper()
    browser.csrf = None
    header = other.client.headers["authorization"]

    answer = await browser.sends(
        "PATCH",
        "/v1/account",
        {"name": "Bea"},
        authorization=header,
        origin="https://evil.example",
        **{"if-match": '"1"'},
    )

    assert answer.status_code == 200
    assert (await other.get("/v1/account")).json()["name"] == "Bea"


async def test_another_sites_page_cannot_log_a_browser_in(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}
    browser = Browser(marketplace.client(), "https://evil.example")

    cookie = await browser.sends("POST", SESSIONS, form | {"mode": "cookie"})
    bearer = await browser.sends("POST", SESSIONS, form)

    assert told(cookie) == (403, "csrf_failed")
    assert bearer.status_code == 201
    assert browser.cookies == {}


async def test_a_refresh_without_a_token_takes_the_cookie_and_sets_new_ones(
    marketplace: Marketplace,
) -> None:
    browser = await a_browser(marketplace)
    before = dict(browser.cookies)

    answer = await browser.sends("POST", f"{SESSIONS}/refresh", {})
    after = dict(browser.cookies)
    own = await browser.sends("GET", "/v1/account")

    assert answer.status_code == 201
    assert answer.json().keys() == {"token_type", "expires_in", "csrf_token"}
    assert answer.json()["csrf_token"] == browser.csrf
    assert before[REFRESH] != after[REFRESH]
    assert before[CSRF] == after[CSRF]
    assert own.status_code == 200


async def test_a_refresh_by_cookie_needs_the_csrf_token_and_uses_nothing_up_without(
    marketplace: Marketplace,
) -> None:
    browser = await a_browser(marketplace)
    given, browser.csrf = browser.csrf, None

    without = await browser.sends("POST", f"{SESSIONS}/refresh", {})
    browser.csrf = given
    foreign = await browser.sends("POST", f"{SESSIONS}/refresh", {}, origin="https://evil.example")
    fine = await browser.sends("POST", f"{SESSIONS}/refresh", {})

    assert told(without) == told(foreign) == (403, "csrf_failed")
    assert fine.status_code == 201


@pytest.mark.parametrize("value", [None, "", "nonsense", ".", f"{A_SESSION}.", A_SESSION])
async def test_a_refresh_without_token_and_usable_cookie_is_refused(
    marketplace: Marketplace, value: str | None
) -> None:
    browser = Browser(marketplace.client())
    browser.cookies = {} if value is None else {REFRESH: value}

    answer = await browser.sends("POST", f"{SESSIONS}/refresh", {})

    assert told(answer) == (401, "invalid_refresh_token")


async def test_a_log_out_ends_the_session_and_clears_the_cookies(marketplace: Marketplace) -> None:
    browser = await a_browser(marketplace)
    kept = dict(browser.cookies)

    answer = await browser.sends("DELETE", CURRENT)
    cleared = set_by(answer)
    browser_cookies = dict(browser.cookies)
    browser.cookies = kept
    again = await browser.sends("POST", f"{SESSIONS}/refresh", {})

    assert answer.status_code == 200
    assert {name: morsel["path"] for name, morsel in cleared.items()} == {
        ACCESS: "/",
        REFRESH: "/v1/sessions",
        CSRF: "/",
    }
    assert {morsel["max-age"] for morsel in cleared.values()} == {"0"}
    assert browser_cookies == {}
    assert told(again) == (401, "invalid_refresh_token")


async def test_a_log_out_by_header_sets_no_cookies(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()

    answer = await shopper.client.delete(CURRENT)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_a_repeated_log_in_sets_the_same_cookies_again(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD, "mode": "cookie"}
    key = {"idempotency-key": uuid4().hex}

    answers = [await marketplace.anybody.post(SESSIONS, form, headers=key) for _ in range(2)]

    first, second = ({n: m.value for n, m in set_by(answer).items()} for answer in answers)
    assert first == second
    assert first.keys() == {ACCESS, REFRESH, CSRF}
    assert answers[1].headers["idempotency-replayed"] == "true"


async def test_public_reads_do_not_look_at_cookies(marketplace: Marketplace) -> None:
    browser = await a_browser(marketplace)

    with_cookies = await browser.sends("GET", "/v1/products")
    browser.cookies[ACCESS] = "nonsense"
    broken = await browser.sends("GET", "/v1/products")
    without = await marketplace.anybody.get("/v1/products")

    for answer in (with_cookies, broken):
        assert answer.status_code == 200
        assert answer.headers["etag"] == without.headers["etag"]
        assert answer.headers["cache-control"] == without.headers["cache-control"]
        assert answer.headers.get("vary") == without.headers.get("vary")


async def test_a_repeated_refresh_gives_no_other_browser_the_session(
    marketplace: Marketplace,
) -> None:
    browser, other = await a_browser(marketplace), await a_browser(marketplace)
    own = (await other.sends("GET", "/v1/account")).json()
    before, key = dict(browser.cookies), {"idempotency-key": uuid4().hex}

    first = await browser.sends("POST", REFRESHED, {}, **key)
    others = await other.sends("POST", REFRESHED, {}, **key)
    browser.cookies = before
    repeated = await browser.sends("POST", REFRESHED, {}, **key)

    assert told(others) == (422, "idempotency_key_reused")
    assert "set-cookie" not in others.headers
    assert (await other.sends("GET", "/v1/account")).json() == own
    assert repeated.headers["idempotency-replayed"] == "true"
    assert set_by(repeated)[REFRESH].value == set_by(first)[REFRESH].value
