"""Payments in the states in which operators do something with them."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from isolation.sides import Side, done
from payment_webhooks import a_message
from shopping import a_cart


class PaymentThings(ABC):
    """Of orders of one side's owner as a shopper."""

    _side: Side

    @abstractmethod
    async def of(self, name: str) -> Any:
        """The thing of that name."""

    async def awaited_transfer(self) -> str:
        """A payment that waits for the bank."""
        return await self._payment(payment={"provider": "manual"})

    async def payment_put_aside(self) -> str:
        """One that the provider has approved and not taken."""
        payment_id = await self._payment("tok_action_required")
        of_payment = "SELECT operation_id FROM payments.payment WHERE id = $1"
        attempt = await self._side.database.fetchval(of_payment, UUID(payment_id))
        marketplace = self._side.marketplace
        message = a_message(marketplace, "authorization.approved", attempt, is_captured=False)
        await done(message.comes(marketplace))
        return payment_id

    async def _payment(self, *token: str, **changes: Any) -> str:
        """Of an order that waits for it."""
        offer_id = await self.of("published_offer")
        cart = await a_cart(self._side.marketplace, {offer_id: 1}, self._side.owner)
        waiting = await done(cart.completes(*token, **changes))
        of_order = "SELECT id FROM payments.payment WHERE order_id = $1"
        found = await self._side.database.fetchval(of_order, UUID(waiting["order_id"]))
        return str(found)
