"""What operators say about a parked document is done, whenever they say it."""

from typing import Any

import asyncpg
import pytest

from plaza.projecting import parked
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.connecting import Connect
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from projecting.poisoning import held_in, parked_in, retry_all, with_bug
from read_models.catalogue import AVendor

SKIP = "UPDATE projecting.parked SET skip_upto = $1, retry_at = clock_timestamp()"
STOPPED = "SELECT count(*) FROM projecting.stopped"


async def test_a_skip_that_is_asked_for_while_the_document_is_tried_is_done_next(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, operator = AVendor(), await connect()
    bug = with_bug(VENDOR_DIRECTORY, lambda event: event.aggregate_id == poisoned.id)
    follower = await a_follower(connection, bug)
    await tell(connection, *poisoned.approved())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    held_positions, has_asked = parked.held_positions, False

    async def held_positions_beside_an_operator(*place: Any) -> list[int]:
        nonlocal has_asked
        if not has_asked:
            has_asked = True
            await operator.execute(SKIP, last)
        return await held_positions(*place)

    monkeypatch.setattr(parked, "held_positions", held_positions_beside_an_operator)
    await retry_all(connection, follower)
    assert has_asked
    follower.forget()
    await follow_to_the_end(follower)

    assert not await parked_in(connection)
    assert not await held_in(connection)


async def test_what_is_parked_is_skipped_while_the_read_model_is_stopped(
    connection: asyncpg.Connection,
) -> None:
    poisoned, fails = AVendor(), False
    bug = with_bug(VENDOR_DIRECTORY, lambda event: fails or event.aggregate_id == poisoned.id)
    follower = await a_follower(connection, bug)
    await tell(connection, *poisoned.approved())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    fails = True
    await tell(connection, *(event for _ in range(150) for event in AVendor().approved()))
    await sequence(connection)
    await follow_to_the_end(follower)
    assert await connection.fetchval(STOPPED) == 1

    await connection.execute(SKIP, last)
    # It looks once a second.
    while await parked_in(connection):
        await follower.advance()

    assert await held_in(connection) == []
    assert await connection.fetchval(STOPPED) == 1
