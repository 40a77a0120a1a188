"""Pairs of a command and a read that carries its token, paced, many clients at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from actors import Marketplace

FIRST_PRICE_MINOR = 1_000
OWN_PAGE_EVERY = 4
LONGEST_WAIT = "wait=10"
OK = 200


class Good(msgspec.Struct, frozen=True):
    """A product whose price one client changes, and where it is read."""

    authorization: str
    offer_path: str
    page_path: str
    own_page_path: str


class Heard(msgspec.Struct, frozen=True):
    """What was answered, and after how long."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Ask = Callable[[str, str, object, Mapping[str, str]], Awaitable[Heard]]
"""Asks by method, path, document and headers."""

Connect = Callable[[], AbstractAsyncContextManager[Ask]]
"""A connection of one client."""


class Plan(msgspec.Struct, frozen=True):
    """How many pairs, and how many of them begin in a second."""

    pairs: int
    pairs_per_s: float


class Pairs(msgspec.Struct):
    """What became of the pairs."""

    seconds: float = 0.0
    stale: int = 0
    """Reads that showed an older price than the one that the token is of."""
    failed: list[str] = []
    """What was answered where it was no success."""
    command_ms: list[float] = []
    wait_ms: list[float] = []
    """From asking with the token to the answer: the wait, and what a read costs anyhow."""

    @property
    def done(self) -> int:
        return len(self.wait_ms)

    @property
    def is_clean(self) -> bool:
        return self.stale == 0 and not self.failed


async def goods_of(marketplace: Marketplace, count: int) -> list[Good]:
    """Products on sale, each of a vendor of its own."""
    return await asyncio.gather(*(_good(marketplace) for _ in range(count)))


async def _good(marketplace: Marketplace) -> Good:
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product()
    return Good(
        authorization=vendor.client.headers["authorization"],
        offer_path=f"{vendor.path}/offers/{created['variants'][0]['offer_id']}",
        page_path=f"/v1/products/{created['id']}",
        own_page_path=f"{vendor.path}/products/{created['id']}",
    )


async def paired(
    plan: Plan, goods: Sequence[Good], connect: Connect, *, first_version: int = 1
) -> Pairs:
    """Change and read, each good by a client of its own, all of them in step."""
    pairs, began = Pairs(), time.monotonic()
    each = plan.pairs // len(goods)
    interval_s = len(goods) / plan.pairs_per_s

    async def go_on(number: int, good: Good) -> None:
        async with connect() as ask:
            for turn in range(each):
                due = began + (turn + number / len(goods)) * interval_s
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not await _pair(ask, good, first_version + turn, pairs):
                    return

    await asyncio.gather(*(go_on(*numbered) for numbered in enumerate(goods)))
    pairs.seconds = time.monotonic() - began
    return pairs


async def _pair(ask: Ask, good: Good, version: int, pairs: Pairs) -> bool:
    """Change the price and read it; whether the client can go on."""
    price_minor = FIRST_PRICE_MINOR + version
    document = {"price": {"amount_minor": price_minor, "currency": "GBP"}}
    own = {"authorization": good.authorization}
    began = time.monotonic()
    changed = await ask("PATCH", good.offer_path, document, {**own, "if-match": f'"{version}"'})
    answered = time.monotonic()
    if changed.status != OK:
        pairs.failed.append(f"{changed.status} {changed.body.decode(errors='replace')}")
        return False
    headers = {"plaza-consistency": changed.headers["plaza-consistency"], "prefer": LONGEST_WAIT}
    is_own = version % OWN_PAGE_EVERY == 0
    path, more = (good.own_page_path, own) if is_own else (good.page_path, {})
    read = await ask("GET", path, None, {**headers, **more})
    pairs.command_ms.append(1000 * (answered - began))
    pairs.wait_ms.append(1000 * (time.monotonic() - answered))
    if read.status != OK:
        pairs.failed.append(f"{read.status} {read.body.decode(errors='replace')}")
    elif _price_minor_in(read.body) < price_minor:
        pairs.stale += 1
    return True


def _price_minor_in(body: bytes) -> int:
    page: dict[str, Any] = msgspec.json.decode(body)
    price_minor: int = page["offers"][0]["prices"][0]["price"]["amount_minor"]
    return price_minor
