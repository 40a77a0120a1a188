"""In which encoding an answer is sent (RFC 9110, 12.5.3), and how it is made."""

import gzip
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import brotli  # type: ignore[import-untyped]
import zstandard

Encoding = Literal["zstd", "br", "gzip", "identity"]

PREFERRED: tuple[Encoding, ...] = ("zstd", "br", "gzip")
"""Among what a client likes equally: the fewest bytes for the least time."""
SMALL_BYTES = 1_000
"""Below, what compressing saves is less than what it costs both ends."""
HEADERS_REMEMBERED = 1_000
HEADER_REMEMBERED_BYTES_MAX = 200
"""Browsers send a handful of short ones; whoever makes up long ones fills no memory."""

# Beyond these levels a page of the listing takes three times as long for a twentieth less.
ZSTD_LEVEL = 6
BROTLI_QUALITY = 5
GZIP_LEVEL = 6


def encoding_for(accepted: bytes | None, size_bytes: int) -> Encoding:
    """The encoding to answer in.

    Args:
        accepted: the Accept-Encoding header; None without one.
        size_bytes: of the answer as it is.
    """
    if not accepted:
        return "identity"
    choose = _remembered if len(accepted) <= HEADER_REMEMBERED_BYTES_MAX else _chosen
    return choose(accepted, size_bytes < SMALL_BYTES)


def encoded(body: bytes, encoding: Encoding) -> bytes:
    """The body in that encoding; the same bytes for the same body, whoever makes them."""
    return ENCODERS[encoding](body)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)


def _brotli(body: bytes) -> bytes:
    compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    return compressed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


def _as_it_is(body: bytes) -> bytes:
    return body


ENCODERS: dict[Encoding, Callable[[bytes], bytes]] = {
    "zstd": _zstd,
    "br": _brotli,
    "gzip": _gzip,
    "identity": _as_it_is,
}


def _chosen(accepted: bytes, is_small: bool) -> Encoding:  # noqa: FBT001  of two callers here
    weights = _weights(accepted.decode("latin-1"))
    others = weights.get("*", 0.0)
    # Not named, it is what is sent where nothing else is liked; refused, only where all else is.
    plain = weights.get("identity", weights.get("*", -1.0))
    if is_small and plain != 0:
        return "identity"
    best: Encoding = "identity"
    most = max(plain, 0.0)
    for encoding in reversed(PREFERRED):
        weight = weights.get(encoding, others)
        if weight and weight >= most:
            best, most = encoding, weight
    return best


_remembered = lru_cache(HEADERS_REMEMBERED)(_chosen)


def _weights(accepted: str) -> dict[str, float]:
    """How much each named coding is liked, 0 to 1; what cannot be read says nothing."""
    weights: dict[str, float] = {}
    for choice in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in choice.split(";"))
        weight = _weight(parameters)
        if coding and weight is not None:
            weights["gzip" if coding == "x-gzip" else coding] = weight
    return weights


def _weight(parameters: list[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return None
            return weight if 0 <= weight <= 1 else None
    return 1.0
