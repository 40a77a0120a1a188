"""Names each request, so that its answer, its facts and its log lines can be found together."""

import re
from uuid import uuid4

from litestar.types import Message, Scope

from plaza.web.rate_limits.headers import limits_said

TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")


def trace_id_in(scope: Scope) -> str:
    """The trace of `traceparent`, or one of the request's own."""
    known = scope.get("plaza_trace_id")
    if known is None:
        match = TRACEPARENT.fullmatch(_header(scope, b"traceparent"))
        known = match[1].decode() if match else uuid4().hex
        scope["plaza_trace_id"] = known  # type: ignore[typeddict-unknown-key]
    return str(known)


async def name_answer(message: Message, scope: Scope) -> None:
    """Hook before anything is sent, also where no route was found: echo `X-Request-Id`.

    What is left of the caller's quotas is said here too, since each hook costs every request.
    """
    if message["type"] != "http.response.start":
        return
    request_id = _header(scope, b"x-request-id")
    if not REQUEST_ID.fullmatch(request_id):
        request_id = trace_id_in(scope).encode()
    named = (b"x-request-id", request_id)
    message["headers"] = [*message.get("headers", ()), named, *limits_said(scope)]


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
