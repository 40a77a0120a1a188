"""A refusal is kept in a second transaction: who comes with the key between the two is first."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import Conflict
from plaza.writing import runner as running
from plaza.writing.answer import Answer
from plaza.writing.idempotency import Repeatable, RequestInProgress
from plaza.writing.runner import REPLAYED_HEADER, CommandRunner
from plaza.writing.unit_of_work import UnitOfWork
from writing.running import a_context, done

UNDONE = "_undone"
KEPT = "SELECT status FROM writing.idempotency WHERE scope = 'tests' AND key = $1"


async def refuse(_: str, __: UnitOfWork) -> None:
    raise Conflict("It is as it is.")


async def succeed(_: str, __: UnitOfWork) -> None:
    return None


def between(monkeypatch: pytest.MonkeyPatch, others: Callable[[], Awaitable[None]]) -> None:
    """Have others come once after the first transaction was undone, before the second one."""
    undone: Callable[..., Awaitable[Answer | None]] = getattr(running, UNDONE)

    async def interrupted(
        session: AsyncSession, surface: Surface, repeatable: Repeatable
    ) -> Answer | None:
        monkeypatch.setattr(running, UNDONE, undone)
        await session.rollback()
        await others()
        return await undone(session, surface, repeatable)

    monkeypatch.setattr(running, UNDONE, interrupted)


# fault 45
async def test_who_succeeds_between_the_two_is_the_first_and_the_refused_one_its_repeat(
    runner: CommandRunner, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4().hex
    succeeded: list[Answer] = []

    async def another() -> None:
        succeeded.append(await runner.run(succeed, "tests", a_context(key=key), done))

    between(monkeypatch, another)

    given = await runner.run(refuse, "tests", a_context(key=key), done)

    (first,) = succeeded
    assert (given.status, given.body) == (200, first.body)
    assert REPLAYED_HEADER in given.headers
    assert REPLAYED_HEADER not in first.headers
    assert [row["status"] for row in await database.fetch(KEPT, key)] == [200]


# fault 45
async def test_while_somebody_is_at_it_between_the_two_the_refused_one_is_told_to_come_again(
    runner: CommandRunner, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4().hex
    began, may_end = asyncio.Event(), asyncio.Event()
    tasks: list[asyncio.Task[Answer]] = []

    async def work(_: str, __: UnitOfWork) -> None:
        began.set()
        await may_end.wait()

    async def another() -> None:
        tasks.append(asyncio.create_task(runner.run(work, "tests", a_context(key=key), done)))
        await began.wait()

    between(monkeypatch, another)

    with pytest.raises(RequestInProgress):
        await runner.run(refuse, "tests", a_context(key=key), done)
    may_end.set()

    assert (await tasks[0]).status == 200
    assert [row["status"] for row in await database.fetch(KEPT, key)] == [200]
    again = await runner.run(refuse, "tests", a_context(key=key), done)
    assert (again.status, again.headers[REPLAYED_HEADER]) == (200, "true")
