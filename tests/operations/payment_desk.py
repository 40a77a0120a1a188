"""Who looks after payments, with a sandbox that a process may die on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from actors import Marketplace
from plaza.contexts.payments.due_payments import DuePayments
from plaza.contexts.payments.provider import (
    AuthorizationRequest,
    Finding,
    Movement,
    MovementRequest,
    Outcome,
    PaymentProvider,
    ProviderEvent,
)
from plaza.operations.reconciling import Reconciling
from shopping import Cart, a_cart, an_offer

ORDER = """
    SELECT o.id, o.number FROM ordering.order_group o WHERE o.cart_id = $1 ORDER BY o.id DESC
"""
# What the time that a test does not wait for would do.
LAPSE = """
    UPDATE payments.payment
    SET claimed_until = NULL, next_check_at = CASE WHEN next_check_at IS NULL THEN NULL ELSE now()
        END
    WHERE order_id = $1
"""


class Crash(Exception):  # noqa: N818  not an error of the provider: the end of a process
    """The process ends here."""


@dataclass
class Crashing:
    """The sandbox, asked by a process that dies before or after it has asked."""

    provider: PaymentProvider
    before: bool
    name: str = "sandbox"

    async def authorize(self, request: AuthorizationRequest) -> Outcome:
        if not self.before:
            await self.provider.authorize(request)
        raise Crash

    async def find(self, operation_id: UUID, *, closes: bool) -> Finding:
        return await self.provider.find(operation_id, closes=closes)

    async def capture(self, request: MovementRequest) -> Movement:
        return await self.provider.capture(request)

    async def void(self, request: MovementRequest) -> Movement:
        return await self.provider.void(request)

    async def refund(self, request: MovementRequest) -> Movement:
        return await self.provider.refund(request)

    def event_in(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        return self.provider.event_in(headers, body, now)


@dataclass
class Desk:
    """Who looks after the payments of the market, when a test wants it."""

    marketplace: Marketplace
    database: asyncpg.Connection
    due: DuePayments
    reconciling: Reconciling

    @property
    def provider(self) -> PaymentProvider:
        provider: PaymentProvider = self.marketplace.app.state.providers["sandbox"]
        return provider

    async def a_cart(self) -> Cart:
        offer = await an_offer(await self.marketplace.a_vendor(), stock=1)
        return await a_cart(self.marketplace, {offer: 1})

    async def look(self, order_id: UUID) -> int:
        """Let the time pass after which an order's payment is looked after, and look.

        Returns:
            Whether it was due.
        """
        await self.database.execute(LAPSE, order_id)
        claimed = await self.due.claim(1000)
        mine = [payment for payment in claimed if payment.order_id == order_id]
        for payment in mine:
            await self.reconciling.look_after(payment)
        return len(mine)

    async def order_of(self, cart: Cart) -> tuple[UUID, str]:
        row = await self.database.fetchrow(ORDER, UUID(cart.id))
        assert row is not None
        return row["id"], row["number"]

    @contextmanager
    def dying(self, *, before: bool) -> Iterator[None]:
        """API processes die on asking the provider."""
        providers = self.marketplace.app.state.providers
        kept = providers["sandbox"]
        providers["sandbox"] = Crashing(kept, before)
        try:
            yield
        finally:
            providers["sandbox"] = kept
