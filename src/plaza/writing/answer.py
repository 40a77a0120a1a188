"""What a command answers: finished bytes, so that a repeat can be given the same ones."""

from typing import Any

import msgspec

from plaza.kernel.problem import MEDIA_TYPE, problem_bytes
from plaza.kernel.refusals import Refusal


class Answer(msgspec.Struct, frozen=True):
    """Status, headers and body of a response.

    Attributes:
        last_event: the last fact that the command has left, which a consistency token names.
    """

    status: int
    body: bytes
    headers: dict[str, str] = {}
    last_event: int | None = None


def answer_with(status: int, body: Any, **headers: str) -> Answer:
    """An answer with a JSON body; header names are given with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, msgspec.json.encode(body), {"content-type": "application/json", **named})


def refused(refusal: Refusal, trace_id: str) -> Answer:
    """A refusal as the problem document that the caller gets."""
    return Answer(refusal.status, problem_bytes(refusal, trace_id), {"content-type": MEDIA_TYPE})
