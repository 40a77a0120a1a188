"""What holds for every process, tried on processes of the tests' own."""

import math
import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from plaza.contexts.vendors.events import VendorClosed
from plaza.kernel.refusals import NotThere, Refusal, StaleVersion, Unavailable, Unprocessable
from plaza.processes.process import Process
from plaza.projecting.builds import ensure_follow
from plaza.writing.runner import CommandRunner
from plaza.writing.unit_of_work import UnitOfWork
from processes.following import a_follower, follow_to_the_end, upto_of
from projecting.log import sequence, tell
from read_models.catalogue import ACategory
from read_models.given import an_event

KEPT = "SELECT key, status FROM writing.idempotency WHERE scope = 'process:' || $1 ORDER BY key"

MORE = True
"""What a command answers that wants to be run again."""


class Remark(msgspec.Struct, frozen=True):
    vendor_id: UUID


class Noted:
    """A process that notes what it was asked, and does what it is told to."""

    def __init__(self, *outcomes: Any) -> None:
        self.asked: list[UUID] = []
        self._outcomes = list(outcomes)
        self.process = Process(
            name=f"note_{uuid4().hex}_on_vendor_closed",
            on=VendorClosed,
            follow_up=lambda event: Remark(event.vendor_id),
            command=self._note,
        )

    async def _note(self, command: Remark, work: UnitOfWork) -> bool:
        self.asked.append(command.vendor_id)
        outcome = self._outcomes.pop(0) if self._outcomes else False
        if isinstance(outcome, Exception):
            work.publish(ACategory().created())
            raise outcome
        return bool(outcome)


async def closing(connection: asyncpg.Connection, *vendor_ids: UUID) -> int:
    """The vendors close; the position of the last fact."""
    for vendor_id in vendor_ids:
        await tell(connection, an_event(VendorClosed, vendor_id=vendor_id))
    return await sequence(connection)


async def test_a_process_begins_with_what_happens_after_it_was_added(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    await closing(connection, uuid4())
    noted, later = Noted(), uuid4()
    await ensure_follow(connection, noted.process.name)
    await closing(connection, later)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    assert noted.asked == [later]


async def test_a_process_that_is_there_keeps_its_place(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted, vendor_ids = Noted(), [uuid4(), uuid4()]
    await ensure_follow(connection, noted.process.name)
    await closing(connection, *vendor_ids)
    await ensure_follow(connection, noted.process.name)
    await follow_to_the_end(a_follower(connection, noted.process, runner))
    assert noted.asked == vendor_ids


@pytest.mark.parametrize(
    "refusal", [NotThere(), Unprocessable("against a rule"), StaleVersion(3)], ids=type
)
async def test_a_refusal_is_an_outcome_and_the_next_fact_comes(
    connection: asyncpg.Connection, runner: CommandRunner, refusal: Refusal
) -> None:
    noted, vendor_ids = Noted(refusal), [uuid4(), uuid4()]
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, *vendor_ids)

    follower = a_follower(connection, noted.process, runner)
    while await upto_of(connection, noted.process) < last:
        await follower.advance()

    assert noted.asked == vendor_ids
    kept = await connection.fetch(KEPT, noted.process.name)
    assert sorted(row["status"] for row in kept) == [200, 422]
    # What it told before it was refused was never said.
    assert await sequence(connection) == last


async def test_what_cannot_be_done_now_is_tried_again(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted, vendor_id = Noted(Unavailable("not now")), uuid4()
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, vendor_id)
    follower = a_follower(connection, noted.process, runner)
    with pytest.raises(Unavailable):
        await follower.advance()
    assert await upto_of(connection, noted.process) < last
    assert await follower.advance()
    assert await upto_of(connection, noted.process) == last
    assert noted.asked == [vendor_id, vendor_id]


async def test_a_refusal_after_some_pieces_is_the_last_piece(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted = Noted(MORE, NotThere())
    await ensure_follow(connection, noted.process.name)
    last = await closing(connection, uuid4())
    follower = a_follower(connection, noted.process, runner)
    for _ in range(2):
        assert await follower.advance()
    assert await upto_of(connection, noted.process) == last
    statuses = [row["status"] for row in await connection.fetch(KEPT, noted.process.name)]
    assert statuses == [200, 422]


async def test_facts_that_nothing_follows_from_cost_a_step_a_second_at_most(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted = Noted()
    await ensure_follow(connection, noted.process.name)
    follower = a_follower(connection, noted.process, runner)
    begun = time.monotonic()
    for _ in range(30):
        await tell(connection, ACategory().created())
        await sequence(connection)
        await follower.advance()
    taken = await connection.fetchval(
        "SELECT count(*) FROM projecting.step WHERE projection = $1 AND number > 0",
        noted.process.name,
    )
    assert taken <= 1 + math.ceil(time.monotonic() - begun)


async def test_a_fact_after_an_unstored_advance_is_handled_once(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    noted, vendor_ids = Noted(), [uuid4(), uuid4()]
    await ensure_follow(connection, noted.process.name)
    follower = a_follower(connection, noted.process, runner)
    for vendor_id in vendor_ids:
        for _ in range(2):
            await tell(connection, ACategory().created())
            await sequence(connection)
            await follower.advance()
        last = await closing(connection, vendor_id)
        await follow_to_the_end(follower)
        assert await upto_of(connection, noted.process) == last
    assert noted.asked == vendor_ids
