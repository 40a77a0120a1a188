"""How fast a read model is built anew from the log, and whether it is the same."""

import time

import asyncpg
import msgspec

from plaza.projecting.catching_up import catch_up
from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.projecting.switching import switch
from plaza.read_models.product_listing.projection import PROJECTION
from plaza.settings import Settings
from soaking.listed import list_products


class Rebuilt(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        filled_s: until the new build was where the live one is.
        whole_s: with its indexes, the comparison and the switch.
    """

    facts: int
    filled_s: float
    whole_s: float
    rows: int
    differing: int

    @property
    def facts_per_s(self) -> float:
        return self.facts / self.filled_s


async def rebuilt(settings: Settings, facts: int, seed: int) -> Rebuilt:
    """Tell a log, have the live build follow it, build another one and switch to it."""

    async def connect() -> asyncpg.Connection:
        role = {"role": "plaza_owner", "plaza.scope": "market", "jit": "off"}
        return await asyncpg.connect(settings.database_url, server_settings=role)

    connection = await connect()
    try:
        told = await list_products(connection, facts, seed)
        await connection.execute("VACUUM ANALYZE outbox.event, outbox.position")
        await catch_up(connection, PROJECTION, 1, {0: told})
        filled_at = begun_at = time.monotonic()

        def filled(done: int, goal: int | None) -> None:
            nonlocal filled_at
            if goal is None or done < goal:
                filled_at = time.monotonic()

        build = await begin_rebuild(connection, PROJECTION, switches=True)
        found = await fill(connect, PROJECTION, build, filled)
        await switch(connection, PROJECTION)
        whole_s = time.monotonic() - begun_at
    finally:
        await connection.close()
    return Rebuilt(told, filled_at - begun_at, whole_s, found.rows, found.total)
