"""Conditional requests: If-Match of commands, ETag and If-None-Match of reads."""

import hashlib
import re
from typing import Any

from litestar import Request

from plaza.kernel.refusals import Malformed
from plaza.web.request_headers import listed

VERSION_TAG = re.compile(r'"(\d{1,18})"')
ETAG_BYTES = 12


class InvalidIfMatch(Malformed):
    code = "invalid_if_match"
    title = "If-Match is not a version"


def version_wanted(request: Request[Any, Any, Any]) -> int | None:
    """The version that If-Match names; None without the header.

    Raises:
        InvalidIfMatch: not a quoted version.
    """
    header = request.headers.get("if-match")
    if header is None:
        return None
    match = VERSION_TAG.fullmatch(header.strip())
    if match is None:
        raise InvalidIfMatch('Send If-Match: "<version>", with the quotes.')
    return int(match[1])


def etag_of(body: bytes) -> str:
    """A strong entity tag: equal tags mean equal bytes."""
    return f'"{hashlib.blake2b(body, digest_size=ETAG_BYTES).hexdigest()}"'


def is_not_modified(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether the client holds these bytes already."""
    header = listed(request, "if-none-match")
    return header is not None and names_tag(header, etag)


def names_tag(header: str, etag: str) -> bool:
    """Whether If-None-Match names the tag, be it as one that a proxy has weakened."""
    tags = map(str.strip, header.split(","))
    return any(tag == "*" or tag.removeprefix("W/") == etag for tag in tags)
