"""Shoppers who buy: all at once, at a steady pace, a great deal, and alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from buying_plaza.caller import Caller, NeverAnswered
from buying_plaza.market import CURRENCY
from buying_plaza.shopper import PATIENCE_S, Cart, Line, Shopper, attempt_of

from bench_plaza.keep_alive import UnexpectedAnswer

OK, CREATED = 200, 201
FILLERS = 8

LinesOf = Callable[[int], list[Line]]


class Paced(msgspec.Struct, frozen=True):
    """Completions at a steady pace.

    Attributes:
        times_ms: each from sending the completion to its answer, repeats after a 503 included.
        done_per_s: how many were answered a second.
        refusals: what was answered where an order was expected.
    """

    times_ms: list[float]
    done_per_s: float
    refusals: list[str]


async def completions_per_s(port: int, buyers: int, carts_each: int, lines_of: LinesOf) -> float:
    """Let so many buyers complete carts that they have filled before, as fast as they can."""
    async with _shoppers(port, buyers) as shoppers:
        filled = await asyncio.gather(
            *(
                _fill(shopper, number, carts_each, lines_of)
                for number, shopper in enumerate(shoppers)
            )
        )
        started_s = time.perf_counter()
        await asyncio.gather(
            *(_complete_all(s, carts) for s, carts in zip(shoppers, filled, strict=True))
        )
        return buyers * carts_each / (time.perf_counter() - started_s)


async def filled_carts(port: int, count: int, lines_of: LinesOf) -> list[Cart]:
    """So many carts that need nothing any more but to be completed."""
    async with _shoppers(port, FILLERS) as shoppers:
        numbers = iter(range(count))

        async def fill(shopper: Shopper) -> list[Cart]:
            # All take from one sequence: each cart is filled once, by whoever is free.
            return [await shopper.fill_cart(lines_of(n), currency=CURRENCY) for n in numbers]

        return [cart for some in await asyncio.gather(*map(fill, shoppers)) for cart in some]


async def paced_completions(port: int, per_s: float, carts: Sequence[Cart]) -> Paced:
    """Let shoppers complete their carts at the pace, whether those before them are done or not."""
    times_ms: list[float] = []
    refusals: list[str] = []
    idle: list[Shopper] = []
    async with AsyncExitStack() as stack:

        async def visit(cart: Cart) -> None:
            shopper = idle.pop() if idle else await _shopper(port, stack)
            try:
                times_ms.append(await complete(shopper, cart))
            except (UnexpectedAnswer, NeverAnswered) as refusal:
                refusals.append(str(refusal))
            idle.append(shopper)

        began_s, visits = time.perf_counter(), []
        for number, cart in enumerate(carts):
            await asyncio.sleep(max(began_s + number / per_s - time.perf_counter(), 0))
            visits.append(asyncio.create_task(visit(cart)))
        await asyncio.gather(*visits)
        took_s = time.perf_counter() - began_s
    return Paced(times_ms, len(times_ms) / took_s, refusals)


async def large_carts(port: int, count: int, lines: Sequence[Line]) -> list[float]:
    """How long the completion of such a cart takes, in ms, one after the other."""
    async with _shoppers(port, 1) as (shopper,):
        times_ms = []
        for _ in range(count):
            cart = await shopper.fill_cart(lines, currency=CURRENCY)
            times_ms.append(await complete(shopper, cart))
        return times_ms


async def lone_checkouts(port: int, count: int, lines_of: LinesOf) -> list[float]:
    """How long four requests take in ms: a cart, a line, the address, the completion."""
    async with _shoppers(port, 1) as (shopper,):
        times_ms = []
        for number in range(count):
            started_s = time.perf_counter()
            cart = await shopper.fill_cart([], currency=CURRENCY, with_address=False)
            await shopper.add_line(cart, lines_of(number)[0])
            await complete(shopper, await shopper.set_address(cart))
            times_ms.append((time.perf_counter() - started_s) * 1000)
        return times_ms


async def complete(shopper: Shopper, cart: Cart) -> float:
    """Complete a cart; how long that took in ms.

    Raises:
        UnexpectedAnswer: it did not become an order at once.
    """
    started_s = time.perf_counter()
    answer = await shopper.complete_patiently(attempt_of(cart), patience_s=PATIENCE_S)
    took_ms = (time.perf_counter() - started_s) * 1000
    # 200: an earlier request of the same shopper had got no answer, but had done it.
    if answer.status not in {OK, CREATED}:
        raise UnexpectedAnswer(answer.told)
    return took_ms


async def _fill(shopper: Shopper, number: int, count: int, lines_of: LinesOf) -> list[Cart]:
    return [await shopper.fill_cart(lines_of(number), currency=CURRENCY) for _ in range(count)]


async def _complete_all(shopper: Shopper, carts: Sequence[Cart]) -> None:
    for cart in carts:
        await complete(shopper, cart)


async def _shopper(port: int, stack: AsyncExitStack) -> Shopper:
    return Shopper(await stack.enter_async_context(Caller(port)))


@asynccontextmanager
async def _shoppers(port: int, count: int) -> AsyncIterator[list[Shopper]]:
    async with AsyncExitStack() as stack:
        yield [await _shopper(port, stack) for _ in range(count)]
