"""Requests that a browser authenticates by cookie have to come from a page that may send them."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar.connection import ASGIConnection

from plaza.kernel.refusals import Forbidden

CSRF_HEADER = "plaza-csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
DEFAULT_PORTS = {"http": 80, "https": 443}

Connection = ASGIConnection[Any, Any, Any, Any]


class CsrfFailed(Forbidden):
    code = "csrf_failed"
    title = "The request may have been sent by another site"


class CsrfTokens:
    """Tokens that follow from the session, so that none has to be kept (HMAC-SHA256).

    A page of another site can make a browser send the cookies, but can neither read the token nor
    send a header of its own without being asked for its origin first.
    """

    def __init__(self, key: bytes, allowed_origins: Collection[str] = ()) -> None:
        self._key = key
        self._allowed_origins = frozenset(origin.rstrip("/") for origin in allowed_origins)

    def issue(self, session_id: UUID) -> str:
        """The token that unsafe requests of the session have to carry as `Plaza-Csrf`."""
        digest = hmac.digest(self._key, session_id.bytes, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def check(self, connection: Connection, session_id: UUID) -> None:
        """Refuse what was not sent on purpose; safe methods change nothing and pass.

        Raises:
            CsrfFailed: the token is missing or another session's, or another site's page asks.
        """
        if connection.scope.get("method") in SAFE_METHODS:
            return
        self.check_origin(connection)
        given = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.issue(session_id).encode()):
            raise CsrfFailed(
                "Send the csrf_token of logIn (also in the cookie plaza_csrf) as header Plaza-Csrf."
            )

    def check_origin(self, connection: Connection) -> None:
        """Refuse pages of other sites, where the browser tells whose page it is.

        Raises:
            CsrfFailed: the page is neither of this origin nor of one that is allowed.
        """
        origin = connection.headers.get("origin")
        if origin in self._allowed_origins:
            return
        site = connection.headers.get("sec-fetch-site")
        is_foreign = site is not None and site != "same-origin"
        if is_foreign or (origin is not None and not _is_own(origin, connection)):
            raise CsrfFailed("Pages of this origin may not send requests with cookies.")


def _is_own(origin: str, connection: Connection) -> bool:
    """Whether the page has the host that was asked.

    The scheme is compared where the connection is encrypted up to here; in front of a proxy that
    ends TLS it is the browser's Sec-Fetch-Site that tells http from https.
    """
    scheme = str(connection.scope["scheme"])
    page, asked = _place(origin), _place(f"{scheme}://{connection.headers.get('host', '')}")
    if page is None or asked is None or (scheme == "https" and page[0] != "https"):
        return False
    return page[1:] == asked[1:]


def _place(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of a URL; None for the port that its scheme implies."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.scheme not in DEFAULT_PORTS:
        return None
    return parts.scheme, parts.hostname, None if port == DEFAULT_PORTS[parts.scheme] else port
