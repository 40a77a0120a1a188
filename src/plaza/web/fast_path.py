"""What is in memory is sent before anything else of plaza is asked.

Whoever shows who they are, wants something covered, or asks for what is not at hand goes the slow
way, from which nothing here may differ but in time.
"""

from functools import lru_cache
from typing import Any, Final, cast

from litestar.types import HTTPScope

from plaza.reading.entry import Entry
from plaza.reading.near_cache import NearCache
from plaza.web.answer_headers import TRANSPORT
from plaza.web.conditional import names_tag
from plaza.web.cookies import ACCESS_COOKIE
from plaza.web.edge import Edge
from plaza.web.encodings import encoding_for
from plaza.web.judging import takes
from plaza.web.rate_limits.limiting import Limits
from plaza.web.ready_bytes import JSON, ReadyBytes
from plaza.web.targets import target_of
from plaza.web.tracing import request_id_of

HEADER_REMEMBERED_BYTES_MAX = 200
HEADERS_REMEMBERED = 1_000
NUMBERS_REMEMBERED = 1_000

LOOKED_AT = (
    b"host",
    b"accept",
    b"accept-encoding",
    b"if-none-match",
    b"origin",
    b"x-request-id",
    b"traceparent",
    b"cookie",
)
"""One that stands in a request twice is for the slow way to make sense of."""
PRIVATE = (
    b"authorization",
    b"plaza-consistency",
    b"prefer",
    b"plaza-cart-secret",
    b"plaza-order-secret",
)
SLOW: Final = -1
PLACES = {name: place for place, name in enumerate(LOOKED_AT)} | dict.fromkeys(PRIVATE, SLOW)
SESSION = ACCESS_COOKIE.encode()

OK, NOT_MODIFIED = 200, 304
NO_BODY: dict[str, Any] = {"type": "http.response.body", "body": b"", "more_body": False}

Header = tuple[bytes, bytes]
Answer = tuple[dict[str, Any], dict[str, Any]]
"""The two messages that are sent."""


class FastPath:
    """Answers GET and HEAD of public reads from memory, or not at all."""

    def __init__(self, near: NearCache, edge: Edge, limits: Limits) -> None:
        self._hit = near.hit
        self._edge = edge
        self._limits = limits
        self._positions: dict[int, Header] = {}
        self._lags: dict[int, Header] = {}

    def answer(self, scope: HTTPScope) -> Answer | None:
        """The answer; None where Litestar has to give it, for which nothing was done yet."""
        method = scope["method"]
        if method != "GET" and method != "HEAD":  # noqa: PLR1714  a set takes twice as long
            return None
        entry = self._hit(target_of(scope))
        if entry is None or entry.status != OK:
            return None
        seen: list[bytes | None] = [None] * len(LOOKED_AT)
        for name, value in scope["headers"]:
            place = PLACES.get(name)
            if place is not None:
                if place == SLOW or seen[place] is not None:
                    return None
                seen[place] = value
        return self._answer(scope, entry, *seen)

    def _answer(
        self,
        scope: HTTPScope,
        entry: Entry,
        host: bytes | None,
        accept: bytes | None,
        accepted: bytes | None,
        held: bytes | None,
        origin: bytes | None,
        named: bytes | None,
        traced: bytes | None,
        cookie: bytes | None,
    ) -> Answer | None:
        if host is None or not self._edge.is_known(host):
            return None
        if (accept is not None and not _takes_json(accept)) or (cookie and SESSION in cookie):
            return None
        form = cast("ReadyBytes", entry.variants.get(encoding_for(accepted, len(entry.body))))
        left = None if form is None else self._limits.at_once(self._edge.client_of(scope))
        if left is None:
            return None
        is_held = held is not None and _is_held(held, form)
        headers = [
            *(form.not_modified if is_held else form.headers),
            self._position(entry.covered),
            self._lag(entry.mark.lag_ms),
            (b"x-request-id", request_id_of(named or b"", traced or b"")),
            *left,
            *self._edge.marks(origin or b""),
        ]
        if scope["scheme"] == "https":
            headers.append(TRANSPORT)
        start = {
            "type": "http.response.start",
            "status": NOT_MODIFIED if is_held else OK,
            "headers": headers,
        }
        return start, NO_BODY if is_held or scope["method"] == "HEAD" else form.message

    def _position(self, position: int) -> Header:
        return self._positions.get(position) or _remembered(
            self._positions, b"plaza-position", position
        )

    def _lag(self, lag_ms: int) -> Header:
        return self._lags.get(lag_ms) or _remembered(self._lags, b"plaza-lag-ms", lag_ms)


def _remembered(remembered: dict[int, Header], name: bytes, number: int) -> Header:
    if len(remembered) >= NUMBERS_REMEMBERED:
        remembered.clear()
    return remembered.setdefault(number, (name, b"%d" % number))


def _is_held(held: bytes, form: ReadyBytes) -> bool:
    return held == form.is_held_as or names_tag(held.decode("latin-1"), form.etag)


def _takes_json(accept: bytes) -> bool:
    if len(accept) > HEADER_REMEMBERED_BYTES_MAX:
        return takes(accept.decode("latin-1"), JSON)
    return _known_to_take_json(accept)


@lru_cache(HEADERS_REMEMBERED)
def _known_to_take_json(accept: bytes) -> bool:
    return takes(accept.decode("latin-1"), JSON)
