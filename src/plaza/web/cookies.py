"""The cookies of a browser's session: their names, and how they are set and cleared."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

# The prefixes make browsers refuse such a cookie from a subdomain (__Host-) or over plain HTTP.
ACCESS_COOKIE = "__Host-plaza_access"
REFRESH_COOKIE = "__Secure-plaza_refresh"
CSRF_COOKIE = "plaza_csrf"
REFRESH_PATH = "/v1/sessions"

SEPARATOR = "."


def session_cookies(
    *,
    session_id: UUID,
    access_token: str,
    access_lifetime: timedelta,
    refresh_token: str,
    refresh_lifetime: timedelta,
    csrf_token: str,
) -> list[Cookie]:
    """The cookies that open or continue a session.

    The refresh cookie names its session, so that the CSRF token can be checked before the refresh
    token is used up.
    """
    refresh = f"{session_id}{SEPARATOR}{refresh_token}"
    return [
        secret_cookie(ACCESS_COOKIE, access_token, access_lifetime),
        secret_cookie(REFRESH_COOKIE, refresh, refresh_lifetime, REFRESH_PATH, "strict"),
        Cookie(
            CSRF_COOKIE,
            value=csrf_token,
            max_age=int(refresh_lifetime.total_seconds()),
            secure=True,
            httponly=False,
            samesite="lax",
        ),
    ]


def cleared_session_cookies() -> list[Cookie]:
    """What makes a browser forget its session."""
    return [
        cleared_cookie(ACCESS_COOKIE),
        cleared_cookie(REFRESH_COOKIE, REFRESH_PATH, "strict"),
        Cookie(CSRF_COOKIE, value="", max_age=0, expires=0, secure=True, httponly=False),
    ]


def secret_cookie(
    name: str,
    value: str,
    lifetime: timedelta,
    path: str = "/",
    samesite: Literal["lax", "strict"] = "lax",
) -> Cookie:
    """A cookie that scripts cannot read and plain HTTP does not carry."""
    max_age = int(lifetime.total_seconds())
    return Cookie(name, path, value, max_age=max_age, secure=True, httponly=True, samesite=samesite)


def cleared_cookie(
    name: str, path: str = "/", samesite: Literal["lax", "strict"] = "lax"
) -> Cookie:
    """What makes a browser forget a secret cookie."""
    return Cookie(
        name, path, "", max_age=0, expires=0, secure=True, httponly=True, samesite=samesite
    )


def access_token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The access token that the browser holds."""
    return connection.cookies.get(ACCESS_COOKIE) or None


def refresh_token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> tuple[UUID, str] | None:
    """The session and the refresh token that the browser holds; None without a usable cookie."""
    named, _, token = connection.cookies.get(REFRESH_COOKIE, "").partition(SEPARATOR)
    try:
        session_id = UUID(named)
    except ValueError:
        return None
    return (session_id, token) if token else None
