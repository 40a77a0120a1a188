"""Looks after payments that nobody else brings to an end: asks the provider under the same key.

Nothing is ever asked for a second time: what became of an attempt is found out, and one that is
not waited for any more, or that never reached the provider, is closed there first.
"""

import asyncio
import logging
from uuid import UUID

import structlog

from plaza.contexts.payments.due_payments import DuePayment, DuePayments
from plaza.contexts.payments.provider import (
    ASKING_S_MAX,
    ActionRequired,
    Finding,
    NeverHeardOf,
    OutcomeNotKnown,
    PaymentProvider,
    Providers,
)
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.kernel.actor import MARKET, process_actor
from plaza.kernel.ids import new_id
from plaza.writing.answer import answer_with
from plaza.writing.lanes import Lanes, place_of
from plaza.writing.runner import CommandRunner, Context

LANES = 4
ACTOR = process_actor("reconciling")

log = structlog.get_logger()


class Reconciling:
    """What a process runs to look after payments, a few at a time."""

    def __init__(self, due: DuePayments, providers: Providers, runner: CommandRunner) -> None:
        self._providers = providers
        self._runner = runner
        self._lanes = Lanes(due.claim, self.look_after, LANES)
        self.run, self.stop = self._lanes.run, self._lanes.stop

    async def look_after(self, payment: DuePayment) -> None:
        """Find out what became of its attempts, and let the order become what follows."""
        provider = self._providers.get(payment.provider)
        if provider is None:
            log.error("payment_provider_missing", provider=payment.provider)
            return
        for attempt_id in payment.open_attempts:
            await self._look_at(payment, attempt_id, provider)
        if not payment.open_attempts:
            # All have come to nothing, and the time for another one is over.
            await self._settle(payment, payment.operation_id, NeverHeardOf())

    async def _look_at(
        self, payment: DuePayment, attempt_id: UUID, provider: PaymentProvider
    ) -> None:
        """Look at one attempt; what goes wrong with it holds back none of the others."""
        try:
            found = await _found(provider, attempt_id, payment.closes(attempt_id))
            await self._settle(payment, attempt_id, found)
        except Exception as error:  # noqa: BLE001  the next look finds it open again
            order_id, attempt = str(payment.order_id), str(attempt_id)
            log.warning(
                "attempt_left_for_later", order_id=order_id, attempt=attempt, error=place_of(error)
            )

    async def _settle(self, payment: DuePayment, attempt_id: UUID, outcome: Finding) -> None:
        is_news = not isinstance(outcome, OutcomeNotKnown | ActionRequired)
        found = {"order_id": str(payment.order_id), "outcome": type(outcome).__name__}
        log.log(logging.INFO if is_news else logging.DEBUG, "payment_looked_after", **found)
        context = Context(
            actor=ACTOR,
            surface=MARKET,
            correlation_id=new_id(),
            is_journalled=is_news,
        )
        command = SettlePayment(operation_id=attempt_id, outcome=outcome)
        await self._runner.run(settle_payment, command, context, lambda _: answer_with(200, None))


async def _found(provider: PaymentProvider, attempt_id: UUID, closes: bool) -> Finding:  # noqa: FBT001  the port's word
    try:
        async with asyncio.timeout(ASKING_S_MAX):
            found = await provider.find(attempt_id, closes=closes)
            if isinstance(found, NeverHeardOf) and not closes:
                # It could still be on its way; closed, it is refused when it comes.
                return await provider.find(attempt_id, closes=True)
    except TimeoutError:
        return OutcomeNotKnown()
    # What is closed, and was not approved, waits for nobody.
    return NeverHeardOf() if closes and isinstance(found, ActionRequired) else found
