"""Headers that are lists: they may come in several lines (RFC 9110, 5.3)."""

from typing import Any

from litestar import Request


def listed(request: Request[Any, Any, Any], name: str) -> str | None:
    """All of its lines as one; None without any."""
    lines = request.headers.getall(name, [])
    return ", ".join(lines) if lines else None
