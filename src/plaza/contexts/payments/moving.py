"""Asks providers for captures, voids and refunds: claim, ask, record; never in a transaction.

What was asked for and not recorded is asked for again, under the same key.
"""

import asyncio

import structlog

from plaza.contexts.payments.commands.record_movement import RecordMovement, record_movement
from plaza.contexts.payments.due_operations import DueOperation, DueOperations
from plaza.contexts.payments.provider import (
    ASKING_S_MAX,
    Movement,
    MovementMade,
    OutcomeNotKnown,
    Providers,
)
from plaza.kernel.actor import MARKET, process_actor
from plaza.kernel.ids import new_id
from plaza.writing.answer import answer_with
from plaza.writing.lanes import Lanes
from plaza.writing.runner import CommandRunner, Context

LANES = 4
"""Asked for at once: a provider that answers slowly holds back few others."""
ACTOR = process_actor("moving_money")

log = structlog.get_logger()


class Moving:
    """What a process runs to have money moved, a few requests at a time."""

    def __init__(self, due: DueOperations, providers: Providers, runner: CommandRunner) -> None:
        self._providers = providers
        self._runner = runner
        self._lanes = Lanes(due.claim, self.move, LANES)
        self.run, self.stop = self._lanes.run, self._lanes.stop

    async def move(self, operation: DueOperation) -> None:
        """Ask for one, and record what was said."""
        outcome = await self._asked(operation)
        told = {"operation_id": str(operation.id), "kind": operation.kind}
        if isinstance(outcome, MovementMade):
            log.info("money_moved", **told)
        else:
            code = getattr(outcome, "code", "no answer")
            log.warning("money_not_moved", **told, reason=code, attempts=operation.attempts)
        context = Context(
            actor=ACTOR,
            surface=MARKET,
            correlation_id=new_id(),
            is_journalled=not isinstance(outcome, OutcomeNotKnown),
        )
        command = RecordMovement(operation_id=operation.id, outcome=outcome)
        await self._runner.run(record_movement, command, context, lambda _: answer_with(200, None))

    async def _asked(self, operation: DueOperation) -> Movement:
        provider = self._providers.get(operation.provider)
        if provider is None:
            log.error("payment_provider_missing", provider=operation.provider)
            return OutcomeNotKnown()
        ask = {"charge": provider.capture, "void": provider.void, "refund": provider.refund}
        try:
            async with asyncio.timeout(ASKING_S_MAX):
                return await ask[operation.kind](operation.request())
        except TimeoutError:
            return OutcomeNotKnown()
