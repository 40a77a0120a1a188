"""Who moves money and looks after payments, with everything that they need, in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from plaza.adapters.payment_providers import open_providers
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.payments.due_operations import DueOperations, open_payment_pool
from plaza.contexts.payments.due_payments import DuePayments
from plaza.contexts.payments.moving import LANES, Moving
from plaza.kernel.cancelling import cancelled
from plaza.operations.reconciling import Reconciling
from plaza.settings import InvalidSetting, Settings
from plaza.writing.engine import open_command_runner

STOPPING_S_MAX = 3.0
"""For what is under way; `plaza up` waits for twice as long before it ends a process."""


@asynccontextmanager
async def moving_money(settings: Settings) -> AsyncIterator[None]:
    """Work until left; then what is under way is finished."""
    if settings.database_url is None:
        message = "PLAZA_DATABASE_URL is not set; `plaza up` sets it for its processes."
        raise InvalidSetting(message)
    async with AsyncExitStack() as stack:
        providers = await stack.enter_async_context(open_providers(settings))
        pool = await open_payment_pool(settings.database_url)
        stack.push_async_callback(pool.close)
        few = msgspec.structs.replace(settings, command_pool_size=LANES)
        opening = open_command_runner(few, CONSTRAINTS, "plaza payments")
        runner = await stack.enter_async_context(opening)
        moving = Moving(DueOperations(pool), providers, runner)
        reconciling = Reconciling(DuePayments(pool), providers, runner)
        running = [asyncio.create_task(one.run()) for one in (moving, reconciling)]
        try:
            yield
        finally:
            moving.stop()
            reconciling.stop()
            await _ended(running)


async def _ended(running: list[asyncio.Task[None]]) -> None:
    """Wait for what is under way; what takes too long is done again by another process."""
    await asyncio.wait(running, timeout=STOPPING_S_MAX)
    await cancelled(*running)
