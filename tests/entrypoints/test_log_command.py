"""`plaza log verify` and `plaza projections list`, as an operator meets them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec

from entrypoints.conftest import Run
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.log import sequence, tell
from read_models.catalogue import ACategory

Work = Callable[[asyncpg.Connection], Awaitable[Any]]


def work_on(settings: Settings, work: Work) -> Any:
    async def connected() -> Any:
        async with connecting(settings) as connect:
            return await work(await connect())

    return asyncio.run(connected())


def test_a_whole_log_ends_well(run_plaza: Run, fresh_settings: Settings) -> None:
    last = work_on(fresh_settings, sequence)
    done = run_plaza("log", "verify")
    assert done == (0, "", f"The log holds positions 1 to {last}: all of it is whole.\n")


def test_what_is_wrong_is_printed_and_ends_with_one(
    run_plaza: Run, fresh_settings: Settings
) -> None:
    async def break_it(connection: asyncpg.Connection) -> None:
        await tell(connection, ACategory().created(), ACategory().created())
        last = await sequence(connection)
        await connection.execute("DELETE FROM outbox.position WHERE position = $1", last - 1)
        await tell(connection, ACategory().created())

    work_on(fresh_settings, break_it)
    done = run_plaza("log", "verify")
    assert done.code == 1
    hole, lost = done.stdout.splitlines()
    assert "positions_are_whole: holds nothing" in hole
    assert "event_is_placed: was committed" in lost
    assert "2 findings." in done.stderr
    assert "1 more facts have no position yet" in done.stderr
    found = [
        msgspec.json.decode(line)
        for line in run_plaza("log", "verify", "--json").stdout.splitlines()
    ]
    assert [each["check"] for each in found] == ["positions_are_whole", "event_is_placed"]


def test_how_far_everything_is_is_a_line_each(run_plaza: Run, fresh_settings: Settings) -> None:
    async def tell_one(connection: asyncpg.Connection) -> None:
        await tell(connection, ACategory().created())

    work_on(fresh_settings, tell_one)
    done = run_plaza("projections", "list")
    assert done.code == 0
    heading, *lines = done.stdout.splitlines()
    assert heading.split("  ")[0] == "read model or process"
    listed = next(line for line in lines if line.startswith("category_tree"))
    assert listed.endswith("live")
    states = [
        msgspec.json.decode(line)
        for line in run_plaza("projections", "list", "--json").stdout.splitlines()
    ]
    state = next(state for state in states if state["projection"] == "category_tree")
    assert state["lag_facts"] >= 1
    assert len(states) == len(lines)
