"""The problem document (RFC 9457) that every refusal is told as."""

from typing import Any

import msgspec

from plaza.kernel.refusals import Refusal

MEDIA_TYPE = "application/problem+json"


class InputError(msgspec.Struct, frozen=True):
    """One thing wrong with the input; the pointer is a JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: str


def problem_of(refusal: Refusal, trace_id: str) -> dict[str, Any]:
    """The document's members, the standard ones first."""
    return {
        "type": f"/problems/{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail,
        "trace_id": trace_id,
        **refusal.members,
    }


def problem_bytes(refusal: Refusal, trace_id: str) -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(problem_of(refusal, trace_id))
