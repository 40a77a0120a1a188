"""HEAD: what GET answers, without its body (RFC 9110, 9.3.2)."""

from litestar.types import HTTPScope, Message, Receive, Send
from litestar.types.asgi_types import ReceiveMessage


class HeadAnswer:
    """The two ends that a route is given in place of the connection's."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._started = False

    async def receive(self) -> ReceiveMessage:
        """Whoever streams a body without end is told that nobody reads it."""
        if self._started:
            return {"type": "http.disconnect"}
        return await self._receive()

    async def send(self, message: Message) -> None:
        """Pass the headers on, and end there."""
        if message["type"] != "http.response.start":
            return
        await self._send(message)
        self._started = True
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def asked_as_get(scope: HTTPScope, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Turn a HEAD into the GET that is routed, and give the ends to answer it by."""
    scope["method"] = "GET"
    answer = HeadAnswer(receive, send)
    return answer.receive, answer.send
