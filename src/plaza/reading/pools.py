"""Connections to read with: public ones that see public tables only, private ones by scope."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import asyncpg
import asyncpg.pool

from plaza.kernel.actor import Surface
from plaza.reading.fills import Fills

# A pool hands out proxies of its connections.
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

STATEMENT_TIMEOUT = "5s"

SET_SCOPE = """
    SELECT set_config('plaza.vendor_id', $1, true), set_config('plaza.account_id', $2, true),
        set_config('plaza.cart_id', $3, true), set_config('plaza.order_id', $4, true),
        set_config('plaza.scope', $5, true)
"""


async def _leave_as_is(_connection: asyncpg.Connection) -> None:
    """Nobody may SET or LISTEN on a public connection, so there is nothing to undo."""


async def open_public_pool(database_url: str, size: int) -> asyncpg.Pool:
    """A pool that can read what everybody may see, and nothing else."""
    return await asyncpg.create_pool(
        database_url,
        min_size=1,
        max_size=size,
        reset=_leave_as_is,
        server_settings={
            "role": "plaza_reader",
            "default_transaction_read_only": "on",
            "statement_timeout": STATEMENT_TIMEOUT,
            "application_name": "plaza public reads",
        },
    )


async def open_private_pool(
    database_url: str, size: int, places: Fills | None = None
) -> "PrivateReads":
    """A pool whose connections see a scope's rows, for the length of a transaction.

    Args:
        database_url: where PostgreSQL is.
        size: how many connections there are at most.
        places: bound who waits for one; without them everybody does, for as long as it takes.
    """
    pool = await asyncpg.create_pool(
        database_url,
        min_size=1,
        max_size=size,
        server_settings={
            "role": "plaza_app",
            "default_transaction_read_only": "on",
            "statement_timeout": STATEMENT_TIMEOUT,
            "application_name": "plaza private reads",
        },
    )
    return PrivateReads(pool, places)


class PrivateReads:
    """Reads in a scope; without one, no owned row is visible."""

    def __init__(self, pool: asyncpg.Pool, places: Fills | None = None) -> None:
        self._pool = pool
        self._place = nullcontext if places is None else places.place

    @asynccontextmanager
    async def within(self, surface: Surface) -> AsyncIterator[Connection]:
        """A connection in a read-only transaction that sees the surface's rows.

        Raises:
            TooManyReads: too many wait for one already, or none came free in time.
        """
        async with (
            self._place(),
            self._pool.acquire() as connection,
            connection.transaction(readonly=True),
        ):
            await connection.execute(SET_SCOPE, *surface.settings().values())
            yield connection

    async def close(self) -> None:
        await self._pool.close()
