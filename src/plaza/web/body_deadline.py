"""A body has to arrive in time and whole."""

import asyncio

from litestar.types import Receive
from litestar.types.asgi_types import ReceiveMessage

from plaza.kernel.refusals import Malformed, Refusal


class RequestTimeout(Refusal):
    status = 408
    code = "request_timeout"
    title = "The body did not arrive in time"


class BodyCutShort(Malformed):
    """Nobody may be there any more to be told."""

    code = "body_cut_short"
    title = "The connection ended before the body did"


class TimedBody:
    """Receives in place of the connection, up to a moment."""

    def __init__(self, receive: Receive, timeout_s: float) -> None:
        self._receive = receive
        self._timeout_s = timeout_s
        self._deadline_s = asyncio.get_running_loop().time() + timeout_s
        self._is_whole = False

    async def receive(self) -> ReceiveMessage:
        """The next piece of the body; after the last one, whatever comes whenever it comes.

        Raises:
            RequestTimeout: the deadline has passed.
            BodyCutShort: the other end has gone.
        """
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline_s):
                message = await self._receive()
        except TimeoutError as error:
            detail = f"Send the whole body within {self._timeout_s:g} seconds."
            raise RequestTimeout(detail) from error
        if message["type"] == "http.disconnect":
            raise BodyCutShort("Send as many bytes as Content-Length announces.")
        self._is_whole = not message.get("more_body", False)
        return message
