"""What operators and providers do with payments, seen by a witness."""

from typing import Any
from uuid import UUID

from actors import Marketplace
from payment_webhooks import a_message, a_waiting_order, attempt_of
from shopping import a_cart, an_offer
from writing.watching import watching

PAYMENTS = "/v1/operations/payments"


async def see_to_payments(marketplace: Marketplace, operator: Any) -> None:
    """A transfer is confirmed, and what a provider has put aside is let go."""
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1})
    transfer = (await cart.completes(payment={"provider": "manual"})).json()
    order = await a_waiting_order(marketplace)
    async with watching(marketplace.settings) as database:
        of_order = "SELECT id FROM payments.payment WHERE order_id = $1"
        awaited = await database.fetchval(of_order, UUID(transfer["order_id"]))
        put_aside = await database.fetchval(of_order, order.id)
        key = await attempt_of(database, order)
    message = a_message(marketplace, "authorization.approved", key, is_captured=False)
    await message.comes(marketplace)
    await message.comes(marketplace, "/v1/payment-providers/acme/webhooks")
    message.headers.pop("webhook-signature")
    await message.comes(marketplace)
    for payment_id, step in ((awaited, "capture"), (put_aside, "void")):
        for _ in range(2):
            await operator.post(f"{PAYMENTS}/{payment_id}/{step}")
