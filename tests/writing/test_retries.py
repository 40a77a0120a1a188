"""What the database refuses for the moment is tried again; what it refuses for long is 503."""

import asyncio
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from sqlalchemy import text

from actors import Marketplace
from plaza.kernel.refusals import NotThere
from plaza.writing.failures import Busy, DatabaseUnavailable
from plaza.writing.retrying import ATTEMPTS_MAX
from plaza.writing.runner import Command, CommandRunner
from plaza.writing.unit_of_work import UnitOfWork
from writing.running import a_context, done

RAISE = text("DO $$ BEGIN RAISE EXCEPTION 'try again' USING ERRCODE = '40001'; END $$")
LOCK = text("SELECT id FROM vendors.vendor WHERE id = :id FOR UPDATE")
BACKEND = text("SELECT pg_backend_pid()")


class LockBoth(msgspec.Struct, frozen=True):
    first: str
    second: str


class Try(msgspec.Struct, frozen=True):
    """A command of the tests."""


# fault 22
@pytest.mark.parametrize("key", [None, "keyed"])
async def test_a_deadlock_is_resolved_without_the_callers_noticing(
    marketplace: Marketplace, runner: CommandRunner, key: str | None
) -> None:
    one, another = await marketplace.an_applicant(), await marketplace.an_applicant()
    attempts, both_locked = 0, asyncio.Barrier(2)

    async def lock_both(command: LockBoth, work: UnitOfWork) -> None:
        nonlocal attempts
        attempts += 1
        await work.session.execute(LOCK, {"id": command.first})
        if attempts <= 2:
            await both_locked.wait()
        await work.session.execute(LOCK, {"id": command.second})

    answers = await asyncio.gather(
        *(
            runner.run(lock_both, LockBoth(first, second), a_context(key=key and uuid4().hex), done)
            for first, second in ((one.id, another.id), (another.id, one.id))
        )
    )

    assert [answer.status for answer in answers] == [200, 200]
    assert attempts == 3


# fault 22
async def test_a_serialization_failure_is_tried_again_three_times_at_most(
    runner: CommandRunner,
) -> None:
    attempts = 0

    def failing(times: int) -> Command[Try, int]:
        async def command(_: Try, work: UnitOfWork) -> int:
            nonlocal attempts
            attempts += 1
            if attempts <= times:
                await work.session.execute(RAISE)
            return attempts

        return command

    answer = await runner.run(failing(2), Try(), a_context(), done)
    attempts = 0
    with pytest.raises(Busy) as refused:
        await runner.run(failing(99), Try(), a_context(key=uuid4().hex), done)

    assert answer.body == b"3"
    assert attempts == ATTEMPTS_MAX
    assert (refused.value.status, refused.value.retry_after_s) == (503, 1)


# fault 22
async def test_a_refusal_is_not_tried_again(runner: CommandRunner) -> None:
    attempts = 0

    async def refuse(_: Try, __: UnitOfWork) -> None:
        nonlocal attempts
        attempts += 1
        raise NotThere

    with pytest.raises(NotThere):
        await runner.run(refuse, Try(), a_context(key=uuid4().hex), done)
    assert attempts == 1


async def test_a_connection_that_is_lost_before_the_commit_is_replaced(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    backends = []

    async def lose_the_first(_: Try, work: UnitOfWork) -> None:
        backends.append(await work.session.scalar(BACKEND))
        if len(backends) == 1:
            await database.execute("SELECT pg_terminate_backend($1, 5000)", backends[0])
        await work.session.execute(BACKEND)

    answer = await runner.run(lose_the_first, Try(), a_context(key=uuid4().hex), done)

    assert answer.status == 200
    assert len(set(backends)) == 2


async def test_a_database_that_can_only_be_read_refuses_commands_for_now(
    runner: CommandRunner,
) -> None:
    async def write(_: Try, work: UnitOfWork) -> None:
        await work.session.execute(text("SET TRANSACTION READ ONLY"))
        await work.session.execute(text("DELETE FROM writing.idempotency WHERE key = ''"))

    with pytest.raises(DatabaseUnavailable):
        await runner.run(write, Try(), a_context(), done)


async def test_a_bug_is_not_called_an_outage(runner: CommandRunner) -> None:
    attempts = 0

    async def misspell(_: Try, work: UnitOfWork) -> None:
        nonlocal attempts
        attempts += 1
        await work.session.execute(text("SELECT CAST(:n AS integer)"), {"n": 2**40})

    with pytest.raises(Exception, match="int32"):
        await runner.run(misspell, Try(), a_context(), done)
    assert attempts == 1


# fault 23
async def test_a_lock_that_is_not_free_in_time_is_503_and_free_later(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator, key = await marketplace.operator(), {"idempotency-key": uuid4().hex}
    vendor = await marketplace.an_applicant()
    async with database.transaction():
        await database.execute("SELECT FROM vendors.vendor WHERE id = $1 FOR UPDATE", vendor.id)
        refused = await operator.post(f"{vendor.path}/approve", headers=key)

    approved = await operator.post(f"{vendor.path}/approve", headers=key)

    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) >= 1
    assert approved.status_code == 200
    assert "idempotency-replayed" not in approved.headers
