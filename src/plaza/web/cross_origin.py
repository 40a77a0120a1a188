"""Which pages of other origins may read answers (Fetch standard, CORS)."""

from litestar.types import HTTPScope, Message, Scope, Send

from plaza.kernel.origins import EVERY, Origins
from plaza.web.request_headers import raw_header

PREFLIGHT_AGE_S = 7200
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
TAKEN_HEADERS = (
    b"Accept, Accept-Language, Authorization, Content-Language, Content-Type, Idempotency-Key, "
    b"If-Match, If-None-Match, Last-Event-ID, Plaza-Cart-Secret, Plaza-Consistency, Plaza-Csrf, "
    b"Plaza-Order-Secret, Prefer, Traceparent, X-Request-Id"
)
SHOWN_HEADERS = (
    b"Content-Disposition, ETag, Idempotency-Replayed, Location, Plaza-Command, Plaza-Consistency, "
    b"Plaza-Lag-Ms, Plaza-Position, Plaza-Stale, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-Id"
)
VARY = (b"vary", b"Origin")


class CrossOrigin:
    """Answers browsers that ask whether a page may call, and marks the answers it may read."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def mark(self, message: Message, scope: Scope) -> None:
        """Hook before anything is sent, refusals too."""
        if message["type"] == "http.response.start":
            marks = self.marks(raw_header(scope, b"origin"))
            message["headers"] = [*message.get("headers", ()), *marks]

    def marks(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        """What an answer to a page of that origin says; `b""`: to who names none."""
        allowed = self._allowed(origin)
        shown = [(b"access-control-expose-headers", SHOWN_HEADERS)] if allowed else []
        return [*allowed, *shown, *self._vary()]

    async def answer_preflight(self, scope: HTTPScope, send: Send) -> bool:
        """Answer the question that a browser asks before it sends what a form could not.

        Returns:
            Whether it was one.
        """
        if scope["method"] != "OPTIONS" or not raw_header(scope, b"access-control-request-method"):
            return False
        headers: list[tuple[bytes, bytes]] = [(b"content-length", b"0")]
        if self._allowed(raw_header(scope, b"origin")):
            headers += [
                (b"access-control-allow-methods", METHODS),
                (b"access-control-allow-headers", TAKEN_HEADERS),
                (b"access-control-max-age", str(PREFLIGHT_AGE_S).encode()),
            ]
        # A page that may not call learns that from what is missing; there is no refusal for it.
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return True

    def _allowed(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        if not origin:
            return []
        if self._origins.are_all:
            # Without credentials: cookies are for the pages that are listed.
            return [(b"access-control-allow-origin", EVERY.encode())]
        if origin.decode("latin-1") not in self._origins:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
        ]

    def _vary(self) -> list[tuple[bytes, bytes]]:
        """A cache has to keep answers apart that differ by origin, also those without any."""
        return [] if self._origins.are_all else [VARY]
