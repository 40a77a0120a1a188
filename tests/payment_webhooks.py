"""Messages of the sandbox, made and signed by the tests, and orders that wait for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from actors import Marketplace
from plaza.adapters.sandbox_payments import WEBHOOK_KEY
from plaza.kernel.keys import derived_key
from shopping import Order, a_cart, an_offer, order_of

PATH = "/v1/payment-providers/sandbox/webhooks"


@dataclass
class Message:
    """One message as it comes."""

    body: str
    headers: dict[str, str]

    async def comes(self, marketplace: Marketplace, path: str = PATH) -> httpx.Response:
        return await marketplace.anybody.client.post(
            path, content=self.body.encode(), headers=self.headers
        )


def a_message(
    marketplace: Marketplace,
    what: str,
    key: UUID,
    *,
    sent_at: datetime | None = None,
    secret: bytes | None = None,
    message_id: str | None = None,
    **told: Any,
) -> Message:
    """A signed one: `authorization.approved`, `refund.returned` and the like."""
    moment = sent_at or datetime.now(UTC)
    named = {"key": key, "reference": "ch_webhook", "is_captured": True, "code": None}
    content = {"type": what, "timestamp": moment, "data": named | told}
    body = msgspec.json.encode(content).decode()
    signer = Webhook(secret or derived_key(marketplace.settings.secret(), WEBHOOK_KEY))
    given_id = message_id or f"msg_{uuid4().hex}"
    headers = {
        "content-type": "application/json",
        "webhook-id": given_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signer.sign(given_id, moment, body),
    }
    return Message(body, headers)


async def a_waiting_order(marketplace: Marketplace) -> Order:
    """An order whose shopper has been sent to the bank."""
    offer = await an_offer(await marketplace.a_vendor(), stock=1)
    cart = await a_cart(marketplace, {offer: 1})
    answer = await cart.completes("tok_action_required")
    assert answer.status_code == 202, answer.text
    return order_of(cart.person, answer)


async def attempt_of(database: asyncpg.Connection, order: Order) -> UUID:
    """The provider's key of the order's last attempt."""
    key: UUID = await database.fetchval(
        "SELECT operation_id FROM payments.payment WHERE order_id = $1", UUID(order.id)
    )
    return key


async def status_of(database: asyncpg.Connection, order: Order) -> tuple[str, str]:
    """Of the order and of its payment."""
    row = await database.fetchrow(
        "SELECT o.status, p.status FROM ordering.order_group o"
        " JOIN payments.payment p ON p.order_id = o.id WHERE o.id = $1",
        UUID(order.id),
    )
    assert row is not None
    return row[0], row[1]
