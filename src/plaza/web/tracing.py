"""Names each request, so that its answer, its facts and its log lines can be found together."""

import random
import re

from litestar.types import Message, Scope

from plaza.web.rate_limits.headers import limits_said
from plaza.web.request_headers import raw_header

# Zeros name nothing.
TRACEPARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")
TRACE_BITS = 128

# Names that must differ, and no secrets: the system's randomness takes five times as long.
_names = random.Random()  # noqa: S311


def trace_id_in(scope: Scope) -> str:
    """The trace of `traceparent`, or one of the request's own."""
    known = scope.get("plaza_trace_id")
    if known is None:
        known = _trace_id(raw_header(scope, b"traceparent")).decode()
        scope["plaza_trace_id"] = known  # type: ignore[typeddict-unknown-key]
    return str(known)


def traceparent_in(scope: Scope) -> str | None:
    """The caller's `traceparent`, as facts keep it for ever; None where it is none."""
    given = raw_header(scope, b"traceparent")
    return given.decode() if TRACEPARENT.fullmatch(given) else None


async def name_answer(message: Message, scope: Scope) -> None:
    """Hook before anything is sent, also where no route was found: echo `X-Request-Id`.

    What is left of the caller's quotas is said here too, since each hook costs every request.
    """
    if message["type"] != "http.response.start":
        return
    request_id = raw_header(scope, b"x-request-id")
    if not REQUEST_ID.fullmatch(request_id):
        request_id = trace_id_in(scope).encode()
    named = (b"x-request-id", request_id)
    message["headers"] = [*message.get("headers", ()), named, *limits_said(scope)]


def request_id_of(named: bytes, traceparent: bytes) -> bytes:
    """What X-Request-Id echoes, of a request that nothing else is told of."""
    return named if named and REQUEST_ID.fullmatch(named) else _trace_id(traceparent)


def _trace_id(traceparent: bytes) -> bytes:
    match = TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return match[1] if match else b"%032x" % _names.getrandbits(TRACE_BITS)
