"""A connection that was reset before it is written to, on the event loop that processes use."""

import asyncio

import pytest
import uvloop
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ConnectionLost

from plaza.settings import Settings
from plaza.writing.engine import open_redis


async def written_to_when_closed(settings: Settings) -> None:
    async with open_redis(settings) as client:
        # redis-py has no types there, and one type for both of its clients below.
        pool = client.connection_pool
        connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
        assert connection._writer is not None  # noqa: SLF001  what its other end does to it
        connection._writer.transport.abort()  # noqa: SLF001
        await asyncio.sleep(0)
        with pytest.raises(ConnectionLost):
            await connection.send_packed_command(b"PING", check_health=False)
        await pool.release(connection)
        assert await client.ping()  # type: ignore[misc]


# fault 29
def test_a_lost_connection_is_told_as_one_and_replaced(settings: Settings) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(written_to_when_closed(settings))
