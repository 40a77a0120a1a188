"""Opens what an API process watches beside its requests: the time, and itself."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
from litestar.datastructures import State

from plaza.entrypoints.authenticating import run_until_left
from plaza.kernel.clock import Clock
from plaza.operations.projections.measuring import Measuring
from plaza.operations.watchdog import Watchdog
from plaza.reading.database_clock import DatabaseClock


async def open_watching(pool: asyncpg.Pool, state: State, stack: AsyncExitStack) -> None:
    """Leave both where the dependencies look."""
    state.clock = DatabaseClock(pool)
    await state.clock.ask()
    run_until_left(state.clock.run(), stack)
    state.watchdog = Watchdog("api")
    await stack.enter_async_context(state.watchdog.watching())


def _provide_clock(state: State) -> Clock:
    clock: Clock = state.clock
    return clock


def _provide_watchdog(state: State) -> Watchdog:
    watchdog: Watchdog = state.watchdog
    return watchdog


def _provide_measuring(state: State) -> Measuring:
    measuring: Measuring = state.measuring
    return measuring


PROVIDED_FOR_WATCHING: dict[str, Callable[..., Any]] = {
    "clock": _provide_clock,
    "watchdog": _provide_watchdog,
    "measuring": _provide_measuring,
}
