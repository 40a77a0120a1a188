"""Bank transfers: a person pays, and a person confirms that it has come."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog

from plaza.contexts.payments.events import NextAction
from plaza.contexts.payments.provider import (
    BANK_TRANSFER,
    ActionRequired,
    AuthorizationRequest,
    Finding,
    Movement,
    MovementMade,
    MovementRequest,
    NeverHeardOf,
    Outcome,
    OutcomeNotKnown,
    ProviderEvent,
    WebhookRefused,
)
from plaza.kernel.actor import MARKET
from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.reading.pools import PrivateReads

NUMBER = """
    SELECT bought.number FROM payments.operation AS asked
    JOIN ordering.order_group AS bought ON bought.id = asked.order_id WHERE asked.id = $1
"""

NumberOf = Callable[[UUID], Awaitable[str | None]]
"""The number of the order that an operation is about."""

log = structlog.get_logger()


class ManualPayments:
    """Nobody is asked anything: what an order waits for is an operator's confirmation."""

    name = BANK_TRANSFER

    def __init__(self, number_of: NumberOf) -> None:
        self._number_of = number_of

    async def authorize(self, request: AuthorizationRequest) -> Outcome:
        return _transfer(request.order_number)

    async def find(self, operation_id: UUID, *, closes: bool) -> Finding:
        if closes:
            return NeverHeardOf()
        try:
            number = await self._number_of(operation_id)
        except DATABASE_ERRORS as error:
            log.warning("bank_transfer_not_looked_up", error=type(error).__name__)
            return OutcomeNotKnown()
        return NeverHeardOf() if number is None else _transfer(number)

    async def capture(self, request: MovementRequest) -> Movement:
        """An operator says so because the money is there."""
        return MovementMade(reference=request.reference)

    async def void(self, request: MovementRequest) -> Movement:
        return MovementMade(reference=request.reference)

    async def refund(self, request: MovementRequest) -> Movement:
        """An operator transfers it back; no program can."""
        return MovementMade(reference=request.reference)

    def event_in(self, _headers: Mapping[str, str], _body: bytes, _now: datetime) -> ProviderEvent:
        raise WebhookRefused("Bank transfers are confirmed by operators, not by messages.")


def stored_numbers(reads: PrivateReads) -> NumberOf:
    """Looks orders' numbers up in the database."""

    async def number_of(operation_id: UUID) -> str | None:
        async with reads.within(MARKET) as connection:
            number: str | None = await connection.fetchval(NUMBER, operation_id)
        return number

    return number_of


def _transfer(order_number: str) -> ActionRequired:
    return ActionRequired(next_action=NextAction(type="bank_transfer", reference=order_number))
