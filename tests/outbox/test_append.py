from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.outbox.append import PAYLOAD_SIZE_MAX_BYTES, EventTooLarge, Origin, rows_of
from plaza.outbox.read import read_stretch
from plaza.writing.outcome import keep_outcome
from soaking.one_log import Log
from soaking.things import ThingChanged, append, change

SOMEBODY = Origin(
    actor="account:1", command="ChangeThing", correlation_id=new_id(), causation_id=new_id()
)
READ = "SELECT id FROM outbox.event"


def a_change(thing: UUID, *, version: int = 1, note: str = "") -> ThingChanged:
    return ThingChanged(thing_id=thing, version=version, note=note)


def a_change_of(size_bytes: int) -> ThingChanged:
    """An event that is that long as JSON."""
    thing = new_id()
    empty_bytes = len(msgspec.json.encode(a_change(thing)))
    return a_change(thing, note="n" * (size_bytes - empty_bytes))


async def append_events(session: AsyncSession, events: list[Event], origin: Origin) -> int | None:
    return await keep_outcome(session, None, facts=rows_of(events, origin))


@pytest_asyncio.fixture(loop_scope="session")
async def session(log: Log) -> AsyncIterator[AsyncSession]:
    """A session as the command runner has it."""
    assert log.settings.database_url is not None
    url = log.settings.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, connect_args={"server_settings": {"role": "plaza_app"}})
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


async def test_the_last_event_of_a_command_has_the_highest_id(
    log: Log, session: AsyncSession
) -> None:
    thing = log.things[0]
    last = await append_events(session, [a_change(thing), a_change(thing)], SOMEBODY)
    await session.commit()
    assert [row["id"] for row in await log.connection.fetch(READ + " ORDER BY id")] == [1, 2]
    assert last == 2


async def test_a_command_without_events_appends_nothing(log: Log, session: AsyncSession) -> None:
    assert await append_events(session, [], SOMEBODY) is None
    await session.commit()
    assert await log.connection.fetch(READ) == []


async def test_a_fact_says_all_that_the_event_and_its_command_said(
    log: Log, session: AsyncSession
) -> None:
    event = a_change(log.things[0], version=7, note="“NFC é, NFD é, 🪑”")
    await append_events(session, [event], SOMEBODY)
    await session.commit()
    await (await log.sequencer()).tick()
    (fact,) = await log.facts()
    assert msgspec.json.decode(fact.payload, type=ThingChanged) == event
    assert (fact.type, fact.aggregate_type) == ("soaking.thing_changed.v1", "thing")
    assert (fact.aggregate_id, fact.version, fact.ordinal) == (log.things[0], 7, 0)
    assert (fact.actor, fact.command) == ("account:1", "ChangeThing")
    assert fact.correlation_id == SOMEBODY.correlation_id
    assert fact.causation_id == SOMEBODY.causation_id


async def test_ids_follow_the_order_in_which_events_were_published(log: Log) -> None:
    events = [a_change(new_id(), note=str(number)) for number in range(50)]
    async with log.command() as writer:
        ids = await append(writer, *events)
    assert ids == sorted(ids)
    await (await log.sequencer()).tick()
    notes = [msgspec.json.decode(fact.payload)["note"] for fact in await log.facts()]
    assert notes == [event.note for event in events]


async def test_events_of_one_version_are_numbered_each_aggregate_for_itself(log: Log) -> None:
    one, other, _ = log.things
    published = [(one, 1), (other, 1), (one, 1), (one, 2), (other, 1)]
    async with log.command() as writer:
        await append(writer, *(a_change(thing, version=version) for thing, version in published))
    await (await log.sequencer()).tick()
    assert [fact.ordinal for fact in await log.facts()] == [0, 0, 1, 0, 1]


# fault 87
async def test_an_event_of_exactly_64_kib_is_possible(log: Log, session: AsyncSession) -> None:
    await append_events(session, [a_change_of(PAYLOAD_SIZE_MAX_BYTES)], SOMEBODY)
    await session.commit()
    assert len(await log.connection.fetch(READ)) == 1


# fault 87
@pytest.mark.parametrize("size_bytes", [PAYLOAD_SIZE_MAX_BYTES + 1, 1_000_000])
async def test_a_larger_event_is_refused_with_all_that_came_with_it(
    log: Log, session: AsyncSession, size_bytes: int
) -> None:
    with pytest.raises(EventTooLarge, match=f"{size_bytes} bytes") as refused:
        await append_events(session, [a_change(new_id()), a_change_of(size_bytes)], SOMEBODY)
    assert refused.value.status == 422
    await session.commit()
    assert await log.connection.fetch(READ) == []


async def test_a_command_sees_its_own_events_and_no_others(log: Log) -> None:
    await log.commits(3)
    async with log.command() as writer:
        assert await writer.fetch(READ) == []
        ids = await change(writer, log.things[0], 2)
        assert [row["id"] for row in await writer.fetch(READ + " ORDER BY id")] == ids
    # Committed events are as far from the role, even those that it appended itself.
    assert await writer.fetch(READ) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outbox.event SET payload = '{}'",
        "DELETE FROM outbox.event",
        "TRUNCATE outbox.event",
        "INSERT INTO outbox.position VALUES (1, 1)",
        "DELETE FROM outbox.tick",
        "SELECT nextval('outbox.event_id_seq')",
    ],
)
async def test_a_command_cannot_change_the_past_or_its_order(log: Log, statement: str) -> None:
    await log.commits()
    writer = await log.writer()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await writer.execute(statement)


async def test_an_id_cannot_be_chosen(log: Log) -> None:
    writer = await log.writer()
    with pytest.raises(asyncpg.GeneratedAlwaysError):
        await writer.execute("INSERT INTO outbox.event (id) VALUES (1)")


async def test_a_reader_gets_the_types_that_it_asks_for_and_passes_the_others(log: Log) -> None:
    await log.commits(3)
    await (await log.sequencer()).tick()
    other = await read_stretch(log.connection, 0, 10, ["soaking.other.v1"])
    assert (other.upto, other.length, other.facts) == (3, 3, [])
    wanted = await read_stretch(log.connection, 1, 1, ["soaking.thing_changed.v1"])
    assert [fact.position for fact in wanted.facts] == [2]
    end = await read_stretch(log.connection, 3, 10, None)
    assert (end.upto, end.length) == (3, 0)
