"""What every answer says to browsers, whatever it is an answer to."""

from collections.abc import Iterable

from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

FOR_BROWSERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
"""Told by no route itself."""

CONTENT_SECURITY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
RESOURCE = (b"cross-origin-resource-policy", b"same-origin")
"""Other pages may embed nothing (what CORS allows they may still fetch); pictures say otherwise."""

TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


async def protect(message: Message, scope: Scope) -> None:
    """Hook before anything is sent; what a route says itself is left as it is."""
    if message["type"] != "http.response.start":
        return
    headers = protected(message.get("headers", ()))
    if scope["scheme"] == "https":
        headers.append(TRANSPORT)
    names = [name for name, _ in headers]
    if b"allow" in names:
        headers[names.index(b"allow")] = (b"allow", _methods(scope, headers[names.index(b"allow")]))
    message["headers"] = headers


def protected(told: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What a route says, and what every answer says whatever it was asked for."""
    headers = [*told, *FOR_BROWSERS]
    names = [name for name, _ in headers]
    if CONTENT_SECURITY[0] not in names:
        headers.append(CONTENT_SECURITY)
    if RESOURCE[0] not in names:
        headers.append(RESOURCE)
    return headers


def _methods(scope: Scope, told: tuple[bytes, bytes]) -> bytes:
    """What Allow should say.

    Litestar answers OPTIONS for one of the routes of a path, and does not know that each GET route
    answers HEAD too.
    """
    methods = {method.strip() for method in told[1].decode().split(",")}
    path = scope.get("path_template")
    for route in scope["litestar_app"].routes:
        if isinstance(route, HTTPRoute) and route.path_format == path:
            methods |= set(route.methods)
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods)).encode()
