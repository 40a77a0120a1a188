"""`plaza log verify` finds what is wrong with a log, and nothing where nothing is."""

import pytest

from plaza.outbox.verification import Extent, Finding, verify_log
from soaking.one_log import Log
from soaking.things import change

DELETE_POSITION = "DELETE FROM outbox.position WHERE position = $1"
SWAP = """
    WITH gone AS (DELETE FROM outbox.position WHERE position IN ($1, $2) RETURNING position, id)
    SELECT position, id FROM gone ORDER BY position
"""
PLACE = "INSERT INTO outbox.position (position, id) VALUES ($1, $2)"
DELETE_EVENT = "DELETE FROM outbox.event WHERE id = $1"
NOTE_DROPPED = "INSERT INTO outbox.dropped (last_position, last_id) VALUES ($1, $2)"
TELL_AGAIN = """
    INSERT INTO outbox.event (event_id, type, schema_version, aggregate_type, aggregate_id, version,
        ordinal, actor, command, correlation_id, payload)
    SELECT event_id, type, schema_version, aggregate_type, aggregate_id, version, ordinal, actor,
        command, correlation_id, payload
    FROM outbox.event WHERE id = $1
"""


async def verified(log: Log) -> tuple[Extent, list[Finding]]:
    """What is found, in stretches of three."""
    shown: list[tuple[int, int]] = []
    told = [
        each
        async for each in verify_log(
            log.settings, lambda done, total: shown.append((done, total)), stretch=3
        )
    ]
    extent, *findings = told
    assert isinstance(extent, Extent)
    if extent.last:
        assert shown[-1][0] == shown[-1][1]
    assert shown == sorted(shown)
    return extent, [finding for finding in findings if isinstance(finding, Finding)]


async def a_log_of_eight(log: Log) -> list[int]:
    """The ids of three versions of a thing and one of another, in positions 1 to 8."""
    ids = await log.commits(2) + await log.commits(2, thing=1)
    ids += await log.commits(3) + await log.commits(1)
    await (await log.sequencer()).tick()
    return ids


async def test_a_log_without_anything_is_whole(log: Log) -> None:
    extent, findings = await verified(log)
    assert findings == []
    assert (extent.last, extent.unsequenced) == (0, 0)


async def test_a_log_that_is_whole_has_no_findings(log: Log) -> None:
    await a_log_of_eight(log)
    extent, findings = await verified(log)
    assert findings == []
    assert (extent.first, extent.last, extent.unsequenced) == (1, 8, 0)


async def test_what_is_not_sequenced_yet_is_counted_apart(log: Log) -> None:
    async with log.command() as late:
        await change(late, log.things[2], 1)
        await a_log_of_eight(log)
        extent, _ = await verified(log)
        assert extent.unsequenced == 0
    await log.commits(2)
    extent, findings = await verified(log)
    assert findings == []
    assert extent.unsequenced == 3
    assert extent.unsequenced_since is not None


@pytest.mark.parametrize(("missing", "found"), [([4], (4, "holds nothing")), ([3, 4], (3, "to 4"))])
async def test_a_hole_is_found_and_what_stood_in_it_is_lost(
    log: Log, missing: list[int], found: tuple[int, str]
) -> None:
    ids = await a_log_of_eight(log)
    for position in missing:
        await log.connection.execute(DELETE_POSITION, position)
    _, (hole, *lost) = await verified(log)
    assert (hole.check, hole.position) == ("positions_are_whole", found[0])
    assert hole.detail.startswith(found[1])
    assert [(each.check, each.id) for each in lost] == [
        ("event_is_placed", ids[position - 1]) for position in missing
    ]


async def test_a_commit_that_the_sequencer_passed_over_is_found(log: Log) -> None:
    ids = await a_log_of_eight(log)
    await log.connection.execute(DELETE_POSITION, 8)
    _, findings = await verified(log)
    assert [(each.check, each.id) for each in findings] == [("event_is_placed", ids[7])]


async def test_an_aggregate_out_of_order_is_found(log: Log) -> None:
    ids = await a_log_of_eight(log)
    for row in await log.connection.fetch(SWAP, 2, 8):
        await log.connection.execute(PLACE, 10 - row["position"], row["id"])
    _, findings = await verified(log)
    # Version 3 now comes first, so that version 2 is behind it, and then version 1.
    assert [(each.check, each.position) for each in findings] == [
        ("aggregate_is_in_order", position) for position in (5, 8)
    ]
    assert findings[1].id == ids[1]


async def test_what_is_told_twice_is_found(log: Log) -> None:
    ids = await a_log_of_eight(log)
    await log.connection.execute(TELL_AGAIN, ids[7])
    await (await log.sequencer()).tick()
    _, findings = await verified(log)
    assert [(each.check, each.position) for each in findings] == [("aggregate_is_in_order", 9)]


async def test_an_event_that_is_gone_is_found(log: Log) -> None:
    ids = await a_log_of_eight(log)
    await log.connection.execute(DELETE_EVENT, ids[4])
    _, findings = await verified(log)
    assert [(each.check, each.position, each.id) for each in findings] == [
        ("event_is_there", 5, ids[4])
    ]


@pytest.mark.parametrize("dropped", [5, 8])
async def test_what_retention_drops_meanwhile_is_not_missing(log: Log, dropped: int) -> None:
    ids = await a_log_of_eight(log)
    verification = verify_log(log.settings, lambda _done, _total: None, stretch=3)
    extent = await anext(verification)
    async with log.connection.transaction():
        await log.connection.execute(NOTE_DROPPED, dropped, ids[dropped - 1])
        await log.connection.execute("DELETE FROM outbox.position WHERE position <= $1", dropped)
        await log.connection.execute("DELETE FROM outbox.event WHERE id <= $1", ids[dropped - 1])
    assert isinstance(extent, Extent)
    assert (extent.first, extent.last) == (1, 8)
    assert [finding async for finding in verification] == []
