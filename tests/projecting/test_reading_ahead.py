"""Reading the log while what was read is written."""

import asyncpg

from plaza.outbox.read import read_stretch
from plaza.projecting.reading_ahead import ReadingAhead
from projecting.connecting import Connect
from projecting.log import sequence, tell
from read_models.catalogue import ACategory

TYPES = ["catalog.category_created.v1"]


async def a_log(connection: asyncpg.Connection, facts: int) -> None:
    await tell(connection, *(ACategory().created() for _ in range(facts)))
    await sequence(connection)


async def test_what_is_read_ahead_is_what_is_asked_for_also_after_a_step_back(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await a_log(connection, 10)
    asked: list[int] = []
    reader = ReadingAhead(await connect(), 4, 9, asked.append)
    for after, upto in ((0, 4), (4, 8), (4, 8), (0, 4), (8, 9), (9, 9)):
        stretch = await reader.read(connection, after, 500, TYPES)
        assert stretch == await read_stretch(connection, after, upto - after, TYPES)
        assert stretch.upto == upto
    await reader.leave()
    assert asked == [0, 4, 4, 0, 8, 9]


async def test_who_leaves_gives_the_connection_back(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await a_log(connection, 2)
    ahead = await connect()
    reader = ReadingAhead(ahead, 1, 2, lambda _: None)
    await reader.read(connection, 0, 500, TYPES)

    await reader.leave()

    assert await ahead.fetchval("SELECT 1") == 1
