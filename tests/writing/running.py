"""Commands of the tests: in whose name, with what key, with what answer."""

from typing import Any
from uuid import uuid4

import httpx

from actors import Vendor, a_variant
from plaza.kernel.actor import ANONYMOUS, MARKET, Surface
from plaza.writing.answer import Answer, answer_with
from plaza.writing.idempotency import Repeatable
from plaza.writing.runner import Context


def a_context(surface: Surface = MARKET, key: str | None = None) -> Context:
    repeatable = None if key is None else Repeatable("tests", key, b"the same request")
    return Context(actor=ANONYMOUS, surface=surface, correlation_id=uuid4(), repeatable=repeatable)


def done(result: Any = None) -> Answer:
    return answer_with(200, result if isinstance(result, int) else "done")


def a_product(title: str) -> dict[str, Any]:
    return {"title": title, "variants": [a_variant()]}


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def created(vendor: Vendor, title: str, key: str) -> httpx.Response:
    return await vendor.post(f"{vendor.path}/products", a_product(title), headers=keyed(key))
