import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import ClassVar
from uuid import UUID

from plaza.kernel.event import Event, Fact
from plaza.outbox.tail import tail_events
from soaking.one_log import Log, until
from soaking.things import ThingChanged, append, bump

TAILS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%FROM outbox.position WHERE position >%'
        AND pid <> pg_backend_pid()
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


class ThingPraised(Event, frozen=True, kw_only=True, tag="soaking.thing_praised.v1"):
    AGGREGATE: ClassVar[str] = "thing"

    thing_id: UUID


Tail = AsyncGenerator[Fact, None]


def tail_of(log: Log, from_position: int | None, *types: str) -> AbstractAsyncContextManager[Tail]:
    """The tail, until it is left."""
    return aclosing(tail_events(log.settings, from_position, types))


async def some(tail: Tail, wanted: int) -> list[int]:
    """The positions of the next facts."""
    async with asyncio.timeout(10):
        return [(await anext(tail)).position for _ in range(wanted)]


async def test_the_tail_begins_where_it_is_told_and_goes_on_as_the_log_grows(log: Log) -> None:
    sequencer = await log.sequencer()
    await log.commits(5)
    await sequencer.tick()
    async with tail_of(log, 3) as tail:
        assert await some(tail, 3) == [3, 4, 5]
        await log.commits(2)
        await sequencer.tick()
        assert await some(tail, 2) == [6, 7]


async def test_without_a_position_the_tail_shows_new_facts_only(log: Log) -> None:
    sequencer = await log.sequencer()
    await log.commits(5)
    await sequencer.tick()
    async with tail_of(log, None) as tail:
        first = asyncio.create_task(some(tail, 1))

        async def looks() -> bool:
            return bool(await log.connection.fetchval(TAILS))

        await until(looks)
        await log.commits(1)
        await sequencer.tick()
        assert await first == [6]


async def test_the_tail_shows_the_types_that_were_asked_for(log: Log) -> None:
    thing = log.things[0]
    async with log.command() as writer:
        version = await bump(writer, thing)
        changed = ThingChanged(thing_id=thing, version=version)
        praised = ThingPraised(thing_id=thing, version=version)
        await append(writer, changed, praised, changed, praised)
    await (await log.sequencer()).tick()
    async with tail_of(log, 1, ThingPraised.type()) as tail:
        assert await some(tail, 2) == [2, 4]


async def test_a_tail_that_nobody_looks_at_any_more_lets_go_of_its_connection(log: Log) -> None:
    await log.commits(1)
    await (await log.sequencer()).tick()
    before = await log.connection.fetchval(CONNECTIONS)
    async with tail_of(log, 1) as tail:
        assert await some(tail, 1) == [1]
        assert await log.connection.fetchval(CONNECTIONS) == before + 1

    async def gone() -> bool:
        return bool(await log.connection.fetchval(CONNECTIONS) == before)

    await until(gone)
