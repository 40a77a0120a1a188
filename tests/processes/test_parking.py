"""A consequence that fails keeps back its own aggregate, and no other."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from plaza.processes import parking
from plaza.processes.process import Process
from plaza.projecting.builds import ensure_follow
from plaza.projecting.parked import Key
from plaza.writing.runner import CommandRunner
from processes.following import a_follower, follow_to_the_end, upto_of
from processes.test_process import MORE, Noted, closing
from projecting.log import APPEND, sequence
from projecting.poisoning import RETRY_NOW, held_in, parked_in

DONE = not MORE
STOPPED = "SELECT error FROM projecting.stopped WHERE projection = $1"
SKIP = "UPDATE projecting.parked SET skip_upto = $1"


async def go_on(connection: asyncpg.Connection, process: Process, runner: CommandRunner) -> None:
    """As a newer version would: what is parked is due."""
    await connection.execute(RETRY_NOW)
    await follow_to_the_end(a_follower(connection, process, runner))


async def test_a_bug_parks_the_facts_aggregate_and_others_go_on(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    # fault 38
    noted, poisoned, other = Noted(KeyError("a bug")), uuid4(), uuid4()
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, poisoned, other, poisoned)

    await follow_to_the_end(a_follower(connection, noted.process, runner))

    assert noted.asked == [poisoned, other]
    assert await upto_of(connection, noted.process) == last
    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == (noted.process.name, poisoned)
    assert found["error"] == "KeyError: 'a bug'"
    assert await held_in(connection) == [last - 2, last]


async def test_after_the_fix_what_waited_follows_in_its_order_and_once(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    # fault 38
    noted, poisoned, other = Noted(MORE, KeyError("a bug"), DONE, MORE, DONE), uuid4(), uuid4()
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, poisoned, other, poisoned)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    assert noted.asked == [poisoned, poisoned, other]

    await go_on(connection, noted.process, runner)

    # The first piece was done before the second failed: it is not done again.
    assert noted.asked == [poisoned, poisoned, other, poisoned, poisoned, poisoned]
    assert not await parked_in(connection)
    assert not await held_in(connection)
    assert await upto_of(connection, noted.process) == last


async def test_what_fails_again_waits_longer(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    # fault 38
    noted, poisoned = Noted(KeyError("one"), KeyError("another")), uuid4()
    await ensure_follow(connection, noted.process.name)
    await closing(connection, poisoned)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    await connection.execute("UPDATE projecting.parked SET since = clock_timestamp()")
    await go_on(connection, noted.process, runner)
    (found,) = await parked_in(connection)
    assert (found["attempts"], found["error"]) == (1, "KeyError: 'another'")
    assert found["retry_after_s"] == pytest.approx(300, abs=5)


async def test_what_is_skipped_never_follows(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted, poisoned = Noted(KeyError("a bug")), uuid4()
    await ensure_follow(connection, noted.process.name)
    seen = await closing(connection, poisoned)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    await connection.execute(SKIP, seen)
    await go_on(connection, noted.process, runner)
    assert noted.asked == [poisoned]
    assert await parked_in(connection) == []


async def test_a_skip_that_is_asked_for_while_it_is_tried_is_done_next(
    connection: asyncpg.Connection, runner: CommandRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, poisoned = Noted(KeyError("a bug"), KeyError("a bug")), uuid4()
    await ensure_follow(connection, noted.process.name)
    seen = await closing(connection, poisoned)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    put_off = parking.ParkedAggregates.put_off

    async def put_off_behind_an_operator(
        self: parking.ParkedAggregates, on: asyncpg.Connection, key: Key, error: Exception
    ) -> None:
        await connection.execute(SKIP, seen)
        await put_off(self, on, key, error)

    monkeypatch.setattr(parking.ParkedAggregates, "put_off", put_off_behind_an_operator)
    await go_on(connection, noted.process, runner)

    assert noted.asked == [poisoned, poisoned]
    assert await parked_in(connection) == []


async def test_what_is_parked_is_skipped_while_the_process_is_stopped(
    connection: asyncpg.Connection, runner: CommandRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "PARKED_KEYS_MAX", 1)
    noted, poisoned = Noted(KeyError("a bug"), KeyError("a bug")), uuid4()
    await ensure_follow(connection, noted.process.name)
    seen = await closing(connection, poisoned)
    follower = a_follower(connection, noted.process, runner)
    await follow_to_the_end(follower)
    await closing(connection, uuid4())
    await follow_to_the_end(follower)
    assert await connection.fetchval(STOPPED, noted.process.name) is not None

    await connection.execute(SKIP, seen)
    await connection.execute(RETRY_NOW)
    # It looks once a second.
    while await parked_in(connection):
        await follower.advance()

    assert noted.asked[0] == poisoned != noted.asked[1]
    assert await connection.fetchval(STOPPED, noted.process.name) is not None


async def test_a_bug_that_hits_everything_stops_the_process(
    connection: asyncpg.Connection, runner: CommandRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 39
    monkeypatch.setattr(parking, "PARKED_KEYS_MAX", 2)
    noted = Noted(*(KeyError("a bug") for _ in range(4)))
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, *(uuid4() for _ in range(4)))
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    assert await upto_of(connection, noted.process) == last - 2
    assert len(await parked_in(connection)) == 2
    assert "would be parked" in await connection.fetchval(STOPPED, noted.process.name)

    monkeypatch.undo()
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    assert await upto_of(connection, noted.process) == last
    assert await connection.fetchval(STOPPED, noted.process.name) is None


async def test_a_newer_version_of_its_fact_waits_for_an_update(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    # fault 40
    noted, vendor_id = Noted(), uuid4()
    await ensure_follow(connection, noted.process.name)
    await connection.execute(APPEND, *unknown("vendors.vendor_closed.v9", vendor_id))
    await connection.execute(APPEND, *unknown("vendors.vendor_merged.v1", uuid4()))
    last = await sequence(connection)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    (found,) = await parked_in(connection)
    assert found["key"] == vendor_id
    assert await held_in(connection) == [last - 1]
    assert noted.asked == []


def unknown(kind: str, vendor_id: UUID) -> tuple[object, ...]:
    """What a newer version has left."""
    return uuid4(), kind, "vendor", vendor_id, 10**6, 0, vendor_id, f'{{"type": "{kind}"}}'
