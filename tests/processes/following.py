"""Followers of processes, and what they left."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

from plaza.kernel.actor import MARKET, Actor
from plaza.processes.process import Process, ProcessFollower
from plaza.projecting.steps import Fenced, Shard
from plaza.writing.answer import answer_with
from plaza.writing.runner import Command, CommandRunner, Context


async def run(runner: CommandRunner, function: Command[Any, Any], command: Any) -> None:
    """Run a command as the tests' own."""
    context = Context(
        actor=Actor(kind="system", name="tests"), surface=MARKET, correlation_id=uuid4()
    )
    await runner.run(function, command, context, lambda _: answer_with(200, None))


def a_follower(
    connection: asyncpg.Connection, process: Process, runner: CommandRunner, *, is_on: bool = True
) -> ProcessFollower:
    shard = Shard(projection=process.name, build=1)
    return ProcessFollower(connection, process, shard, runner, is_on=is_on)


async def follow_to_the_end(follower: ProcessFollower) -> int:
    """Advance until nothing is new; how often somebody else was faster."""
    fenced = 0
    while True:
        try:
            if not await follower.advance():
                return fenced
        except Fenced:
            fenced += 1
            follower.forget()


async def upto_of(connection: asyncpg.Connection, process: Process) -> int:
    """How far the process has come, for good."""
    upto: int = await connection.fetchval(
        "SELECT upto FROM projecting.step WHERE projection = $1 ORDER BY number DESC LIMIT 1",
        process.name,
    )
    return upto


async def withdrawals(connection: asyncpg.Connection) -> list[UUID]:
    """The offer of every fact that one was withdrawn."""
    rows = await connection.fetch(
        "SELECT aggregate_id FROM outbox.event WHERE type = 'catalog.offer_withdrawn.v1'"
    )
    return [row["aggregate_id"] for row in rows]
