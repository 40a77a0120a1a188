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
from sandbox_server import Sandbox
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


@dataclass
class WaitingOrder:
    """An order whose shopper has been sent to the bank."""

    order: Order
    redirect_url: str

    @property
    def id(self) -> UUID:
        return UUID(self.order.id)

    async def is_paid_again(self) -> httpx.Response:
        """The shopper tries with another card."""
        order = self.order
        again = {"token": "tok_approve"}
        return await order.person.post(f"{order.path}/payment", again, headers=order.headers)


async def a_waiting_order(marketplace: Marketplace) -> WaitingOrder:
    offer = await an_offer(await marketplace.a_vendor(), stock=1)
    cart = await a_cart(marketplace, {offer: 1})
    answer = await cart.completes("tok_action_required")
    assert answer.status_code == 202, answer.text
    url = answer.json()["next_action"]["url"]
    return WaitingOrder(order_of(cart.person, answer), url)


async def attempt_of(database: asyncpg.Connection, order: Order | WaitingOrder) -> UUID:
    """The provider's key of the order's last attempt."""
    key: UUID = await database.fetchval(
        "SELECT operation_id FROM payments.payment WHERE order_id = $1", UUID(str(order.id))
    )
    return key


async def status_of(database: asyncpg.Connection, order: Order | WaitingOrder) -> tuple[str, str]:
    """Of the order and of its payment."""
    row = await database.fetchrow(
        "SELECT o.status, p.status FROM ordering.order_group o"
        " JOIN payments.payment p ON p.order_id = o.id WHERE o.id = $1",
        UUID(str(order.id)),
    )
    assert row is not None
    return row[0], row[1]


async def charges_of(
    database: asyncpg.Connection, sandbox: Sandbox, order_id: UUID
) -> list[dict[str, Any]]:
    """What the sandbox knows of an order; other markets may have orders of the same number."""
    rows = await database.fetch("SELECT id FROM payments.operation WHERE order_id = $1", order_id)
    keys = {str(row["id"]) for row in rows}
    return [charge for charge in sandbox.charges() if charge["key"] in keys]
