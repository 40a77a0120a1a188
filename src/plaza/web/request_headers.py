"""Headers as they came, of a request or of its scope before there is a request."""

from typing import Any

from litestar import Request
from litestar.types import Scope


def listed(request: Request[Any, Any, Any], name: str) -> str | None:
    """A header that is a list, which may come in several lines (RFC 9110, 5.3), as one line.

    Returns:
        None without any line.
    """
    lines = request.headers.getall(name, [])
    return ", ".join(lines) if lines else None


def raw_header(scope: Scope, wanted: bytes) -> bytes:
    """The first line of a header, its name in lower case; empty without any."""
    return next((value for name, value in scope["headers"] if name == wanted), b"")
