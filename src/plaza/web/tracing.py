"""Names each request, so that its answer, its facts and its log lines can be found together."""

import re
from uuid import uuid4

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")


class Tracing(ASGIMiddleware):
    """Takes the trace from `traceparent`, and echoes `X-Request-Id`."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        trace_id, request_id = _names_in(scope)
        scope["plaza_trace_id"] = trace_id  # type: ignore[typeddict-unknown-key]

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"x-request-id", request_id)]
                message["headers"] = headers
            await send(message)

        await next_app(scope, receive, send_named)


def _names_in(scope: Scope) -> tuple[str, bytes]:
    trace_id, request_id = None, None
    for name, value in scope["headers"]:
        if name == b"traceparent" and (match := TRACEPARENT.fullmatch(value)):
            trace_id = match[1].decode()
        elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            request_id = value
    trace_id = trace_id or uuid4().hex
    return trace_id, request_id or trace_id.encode()
