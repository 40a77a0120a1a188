"""What is slow of a process's reads is no sign that PostgreSQL is away."""

import asyncio

import msgspec

from actors import Marketplace
from plaza.reading.watermarks import POLL_TIMEOUT_S
from web.opened_app import client_of, opened_app
from writing.watching import until, waiting_for_locks, watching

LOCK = "LOCK TABLE read.product_listing_v2 IN ACCESS EXCLUSIVE MODE"
READS = 2
POLLS = 3


async def test_how_far_read_models_are_is_known_while_public_reads_are_slow(
    marketplace: Marketplace,
) -> None:
    settings = msgspec.structs.replace(
        marketplace.settings, read_pool_size=READS, read_fills_max=READS
    )
    async with opened_app(settings) as app, client_of(app) as client:
        async with watching(settings) as connection, connection.transaction():
            await connection.execute(LOCK)
            slow = [asyncio.create_task(client.get(f"/v1/products?limit={n}")) for n in (1, 2, 3)]

            async def all_wait() -> bool:
                return await waiting_for_locks(connection) >= READS

            await until(all_wait)
            mark = app.state.watermarks.of("product_listing")
            for _ in range(POLLS):
                known_at = mark.known_at

                async def polled(since: float = known_at) -> bool:
                    return bool(mark.known_at > since)

                await until(polled, timeout_s=POLL_TIMEOUT_S)
            # Whoever is to follow waits for the table as well, so that readiness says nothing here.
            assert not app.state.watermarks.is_away
            assert not any(task.done() for task in slow)
        answers = [await task for task in slow]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("plaza-stale" in answer.headers for answer in answers)
