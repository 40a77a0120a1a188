"""Rebuilds whose process is killed, and gone on with by another one."""

import signal

import asyncpg

from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from plaza.settings import Settings
from projecting.connecting import Connect
from projecting.killed_rebuilds import FACTS_AT_ONCE, filled_until_killed
from projecting.rebuilds import facts_of, shown_in, statuses_of, steps_in, told_and_followed

FACTS = 400
DEADLY = (20, 50)
"""The first process dies at this document that it writes, the second one at that."""


async def test_a_process_that_is_killed_while_it_rebuilds_leaves_whole_steps_for_the_next_one(
    connect: Connect, connection: asyncpg.Connection, fresh_settings: Settings
) -> None:
    # fault 42
    url = fresh_settings.database_url
    assert url is not None
    await told_and_followed(connection, [PRODUCT_LISTING], seed=65, facts=FACTS)
    build = await begin_rebuild(connection, PRODUCT_LISTING, switches=False)
    done: list[asyncpg.Record] = []
    for document in DEADLY:
        ended = await filled_until_killed(connection, url, build, document)
        assert ended == -signal.SIGKILL
        steps = await steps_in(connection, build)
        assert steps[: len(done)] == done
        assert len(done) < len(steps) < FACTS / FACTS_AT_ONCE
        done = steps
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "live", 2: "filling"}

    found = await fill(connect, PRODUCT_LISTING, build, lambda _, __: None)

    assert (found.total, found.rows > 0) == (0, True)
    shown = await shown_in(connection, PRODUCT_LISTING, 1)
    assert await shown_in(connection, PRODUCT_LISTING, build) == shown
    steps = await steps_in(connection, build)
    assert steps[: len(done)] == done

    assert sum(step["facts"] for step in steps) == await facts_of(connection, PRODUCT_LISTING)
