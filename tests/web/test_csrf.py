"""What is sent with cookies is sent on purpose, and by a page of the marketplace."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Request
from litestar.testing import RequestFactory

from plaza.web.csrf import CsrfFailed, CsrfTokens

KEY = b"k" * 32
ALLOWED = "https://shop.example"
SESSION = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
ANOTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8058")


def tokens() -> CsrfTokens:
    return CsrfTokens(KEY, [ALLOWED])


def request(
    headers: dict[str, str], *, token: str | None = None, scheme: str = "http", method: str = "POST"
) -> Any:
    sent = {"host": "plaza.test", **headers}
    sent |= {} if token is None else {"plaza-csrf": token}
    factory = RequestFactory(server="plaza.test", port=80, scheme=scheme)
    made = factory.get("/v1/account", headers=sent)
    made.scope["method"] = method  # type: ignore[typeddict-item]
    return made


def is_let_in(headers: dict[str, str], *, scheme: str = "http") -> bool:
    asked = request(headers, token=tokens().issue(SESSION), scheme=scheme)
    try:
        tokens().check(asked, SESSION)
    except CsrfFailed:
        return False
    return True


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        ({}, "http"),
        ({"origin": "http://plaza.test"}, "http"),
        ({"origin": "https://plaza.test"}, "http"),
        ({"origin": "https://plaza.test:443"}, "https"),
        ({"origin": "https://plaza.test:8443", "host": "plaza.test:8443"}, "https"),
        ({"sec-fetch-site": "same-origin"}, "https"),
        ({"origin": ALLOWED, "sec-fetch-site": "cross-site"}, "https"),
    ],
)
def test_the_marketplaces_own_pages_and_allowed_ones_are_let_in(
    headers: dict[str, str], scheme: str
) -> None:
    assert is_let_in(headers, scheme=scheme)


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        ({"origin": "https://evil.example"}, "https"),
        ({"origin": "null"}, "https"),
        ({"origin": ""}, "https"),
        ({"origin": "http://plaza.test"}, "https"),
        ({"origin": "https://plaza.test.evil.example"}, "https"),
        ({"origin": "https://plaza.test:8443"}, "https"),
        ({"origin": "https://plaza.test:port"}, "https"),
        ({"origin": f"{ALLOWED}.evil.example"}, "https"),
        ({"origin": "http://shop.example"}, "http"),
        ({"origin": "https://plaza.test", "sec-fetch-site": "cross-site"}, "http"),
        ({"sec-fetch-site": "cross-site"}, "https"),
        ({"sec-fetch-site": "same-site"}, "https"),
        ({"sec-fetch-site": "none"}, "https"),
    ],
)
def test_pages_of_others_are_refused_though_they_had_the_token(
    headers: dict[str, str], scheme: str
) -> None:
    assert not is_let_in(headers, scheme=scheme)


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        tokens().issue(ANOTHER),
        tokens().issue(SESSION)[:-1],
        CsrfTokens(b"x" * 32).issue(SESSION),
        str(SESSION),
        "ü" * 43,
    ],
)
def test_only_the_sessions_own_token_will_do(token: str | None) -> None:
    asked = request({})
    # Not by the factory, which sends no bytes outside of ASCII.
    sent = [] if token is None else [(b"plaza-csrf", token.encode())]
    asked.scope["headers"] = [(b"host", b"plaza.test"), *sent]

    with pytest.raises(CsrfFailed) as refused:
        tokens().check(Request(asked.scope), SESSION)

    assert (refused.value.status, refused.value.code) == (403, "csrf_failed")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_changes_nothing_needs_no_token(method: str) -> None:
    tokens().check(request({"origin": "https://evil.example"}, method=method), SESSION)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_changes_something_needs_the_token(method: str) -> None:
    with pytest.raises(CsrfFailed):
        tokens().check(request({}, method=method), SESSION)


def test_a_token_follows_from_its_session_and_names_it_not() -> None:
    assert tokens().issue(SESSION) == CsrfTokens(KEY).issue(SESSION)
    assert len({tokens().issue(uuid4()) for _ in range(50)}) == 50
    assert SESSION.hex not in tokens().issue(SESSION)
