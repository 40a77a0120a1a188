"""Constant bytes with no application around them: what the server itself can do."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from plaza.entrypoints.ceiling import BODY, START

Message = Mapping[str, Any]


async def constant_bytes(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """An ASGI application of two messages."""
    if scope["type"] == "lifespan":
        stage = ""
        while stage != "lifespan.shutdown":
            stage = (await receive())["type"]
            await send({"type": f"{stage}.complete"})
        return
    await send({**START})
    await send({"type": "http.response.body", "body": BODY, "more_body": False})
