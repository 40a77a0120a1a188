"""What a client gets of a session: tokens to keep, or cookies that its browser keeps."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import UNSET, UnsetType

from plaza.contexts.identity.commands.log_in import OpenedSession
from plaza.contexts.identity.session import REFRESH_TOKEN_LIFETIME, UnknownRefreshToken
from plaza.web.access_tokens import ACCESS_TOKEN_LIFETIME, AccessTokens
from plaza.web.cookies import (
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    cleared_session_cookies,
    refresh_token_of,
    session_cookies,
)
from plaza.web.csrf import CsrfTokens
from plaza.web.request import PlazaRequest
from plaza.writing.answer import Answer, answer_with

Mode = Literal["bearer", "cookie"]

EXPIRES_IN_S = int(ACCESS_TOKEN_LIFETIME.total_seconds())


class SessionTokens(msgspec.Struct, frozen=True, kw_only=True):
    """With `Bearer` the two tokens; with `Cookie` the CSRF token, and the tokens as cookies."""

    token_type: Literal["Bearer", "Cookie"]
    expires_in: int
    """Seconds that the access token is good for."""
    access_token: str | UnsetType = UNSET
    refresh_token: str | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
    """To be sent as `Plaza-Csrf` with every request that changes something."""


class HeldSession(msgspec.Struct, frozen=True):
    """What cookies are made of; kept for repeats in their place, and never answered."""

    session_id: UUID
    access_token: str
    refresh_token: str


class SessionAnswers:
    """Makes the answers of log-in and refresh, in either mode."""

    def __init__(self, tokens: AccessTokens, csrf: CsrfTokens) -> None:
        self._tokens = tokens
        self._csrf = csrf

    def answer(self, opened: OpenedSession | None, mode: Mode, status: int = 201) -> Answer:
        """What the command answers; 401 without a session, for the route to refuse by name."""
        if opened is None:
            return answer_with(401, None)
        access = self._tokens.issue(opened.account_id, opened.session_id)
        held = HeldSession(opened.session_id, access, opened.refresh_token)
        pair = SessionTokens(
            token_type="Bearer",  # noqa: S106  a word of the protocol
            expires_in=EXPIRES_IN_S,
            access_token=access,
            refresh_token=opened.refresh_token,
        )
        return answer_with(status, pair if mode == "bearer" else held, cache_control="no-store")

    def told(self, given: Response[bytes], mode: Mode) -> Response[bytes]:
        """The response, with cookies where they are wanted, also where it is a repeat."""
        if mode == "bearer":
            return given
        held = msgspec.json.decode(given.content, type=HeldSession)
        csrf_token = self._csrf.issue(held.session_id)
        body = SessionTokens(
            token_type="Cookie",  # noqa: S106  a word of the protocol
            expires_in=EXPIRES_IN_S,
            csrf_token=csrf_token,
        )
        given.content = msgspec.json.encode(body)
        for cookie in session_cookies(
            session_id=held.session_id,
            access_token=held.access_token,
            access_lifetime=ACCESS_TOKEN_LIFETIME,
            refresh_token=held.refresh_token,
            refresh_lifetime=REFRESH_TOKEN_LIFETIME,
            csrf_token=csrf_token,
        ):
            given.set_cookie(cookie)
        return given

    def check_origin(self, request: PlazaRequest) -> None:
        """Refuse pages of other sites, which would log a browser in to an account of theirs.

        Raises:
            CsrfFailed: it is another site's page that asks for cookies.
        """
        self._csrf.check_origin(request)

    def refresh_token_in(self, request: PlazaRequest) -> str:
        """The refresh token that the browser holds.

        Raises:
            UnknownRefreshToken: it holds none.
            CsrfFailed: the request may be another site's.
        """
        held = refresh_token_of(request)
        if held is None:
            raise UnknownRefreshToken("Send refresh_token, or the cookies of a log-in.")
        session_id, token = held
        self._csrf.check(request, session_id)
        return token


def without_cookies(request: PlazaRequest, given: Response[bytes]) -> Response[bytes]:
    """The response by which a browser that holds cookies of a session forgets them."""
    if ACCESS_COOKIE in request.cookies or REFRESH_COOKIE in request.cookies:
        for cookie in cleared_session_cookies():
            given.set_cookie(cookie)
    return given
