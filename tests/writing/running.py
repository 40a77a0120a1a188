"""Commands run without HTTP: in whose name, and with what answer."""

from typing import Any
from uuid import uuid4

from plaza.kernel.actor import ANONYMOUS, MARKET, Surface
from plaza.writing.answer import Answer, answer_with
from plaza.writing.idempotency import Repeatable
from plaza.writing.runner import Context


def a_context(surface: Surface = MARKET, key: str | None = None) -> Context:
    repeatable = None if key is None else Repeatable("tests", key, b"the same request")
    return Context(
        actor=ANONYMOUS, surface=surface, correlation_id=uuid4(), repeatable=repeatable
    )


def done(result: Any = None) -> Answer:
    return answer_with(200, result if isinstance(result, int) else "done")
