"""The worker's look after payments, at the moment that a test wants it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from actors import Marketplace
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.payments.due_operations import open_payment_pool
from plaza.contexts.payments.due_payments import DuePayments
from plaza.operations.reconciling import Reconciling
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner
from writing.watching import watching

# What the time that a test does not wait for would do.
LAPSE = (
    "UPDATE payments.payment SET claimed_until = NULL, next_check_at = now() WHERE order_id = $1"
)
EXPIRE = "UPDATE payments.payment SET expires_at = now() WHERE order_id = $1"


@dataclass
class LookingAfter:
    """Who looks after payments, with its runner and a connection that sees everything."""

    database: asyncpg.Connection
    due: DuePayments
    reconciling: Reconciling
    runner: CommandRunner

    async def look(self, order_id: UUID, *, is_over: bool = False) -> None:
        """Look after the order's payment.

        Args:
            order_id: of which order.
            is_over: whether the shopper's time has passed before.
        """
        if is_over:
            await self.database.execute(EXPIRE, order_id)
        await self.database.execute(LAPSE, order_id)
        claimed = await self.due.claim(1000)
        (payment,) = [payment for payment in claimed if payment.order_id == order_id]
        await self.reconciling.look_after(payment)


@asynccontextmanager
async def looking_after(marketplace: Marketplace) -> AsyncIterator[LookingAfter]:
    settings = marketplace.settings
    assert settings.database_url is not None
    pool = await open_payment_pool(settings.database_url)
    async with (
        open_command_runner(settings, CONSTRAINTS, "plaza payments of tests") as runner,
        watching(settings) as database,
    ):
        due = DuePayments(pool)
        reconciling = Reconciling(due, marketplace.app.state.providers, runner)
        yield LookingAfter(database, due, reconciling, runner)
    await pool.close()
