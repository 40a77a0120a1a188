"""Shoppers who fill carts and buy, over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from actors import Marketplace, Person, Vendor

ADDRESS = {
    "name": "Ada Shopper",
    "line1": "1 Analytical Row",
    "city": "London",
    "postal_code": "N1 9GU",
    "country": "GB",
}
APPROVED = "tok_approve"
EMAIL = "ada@shopper.example"


@dataclass
class Cart:
    """A cart and who may open it: a guest by its secret, or a person by their log-in."""

    person: Person
    id: str
    total: dict[str, Any]
    secret: str | None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/carts/{self.id}"

    async def shown(self) -> dict[str, Any]:
        answer = await self.person.get(self.path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def line_of(self, offer_id: str) -> str:
        """The id of its line of that offer."""
        parts = (await self.shown())["vendors"]
        lines = [line for part in parts for line in part["lines"]]
        (line_id,) = [line["id"] for line in lines if line["offer_id"] == offer_id]
        return str(line_id)

    async def completes(
        self, token: str = APPROVED, key: str | None = None, **changes: Any
    ) -> httpx.Response:
        """Whatever comes of it."""
        body = {
            "expected_total": self.total,
            "payment": {"provider": "sandbox", "token": token},
        } | changes
        headers = self.headers | {"idempotency-key": key or str(uuid4())}
        return await self.person.post(f"{self.path}/complete", body, headers=headers)

    async def buys(self, token: str = APPROVED, **changes: Any) -> "Order":
        """An order that was placed."""
        answer = await self.completes(token, **changes)
        assert answer.status_code == 201, answer.text
        return order_of(self.person, answer)


@dataclass
class Order:
    """An order and who may open it."""

    person: Person
    id: str
    answer: httpx.Response
    consistency: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return f"/v1/orders/{self.id}"

    async def shown(self, consistency: str | None = None) -> dict[str, Any]:
        headers = self.headers | {"plaza-consistency": consistency or self.consistency}
        answer = await self.person.get(self.path, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def is_canceled(self, reason: str | None = None) -> httpx.Response:
        return await self.person.post(
            f"{self.path}/cancel", {"reason": reason}, headers=self.headers
        )


def order_of(person: Person, answer: httpx.Response) -> Order:
    """What a completion has answered with."""
    body = answer.json()
    secret = body["order_secret"]
    headers = {} if secret is None else {"plaza-order-secret": secret}
    token = answer.headers.get("plaza-consistency", "none")
    return Order(person, body["order_id"], answer, token, headers)


async def a_cart(
    marketplace: Marketplace,
    offers: dict[str, int],
    person: Person | None = None,
    **changes: Any,
) -> Cart:
    """A cart of these offers, so many of each, with an address; a guest's without a person."""
    lines = [{"offer_id": offer_id, "quantity": n} for offer_id, n in offers.items()]
    body = {"lines": lines, "address": ADDRESS | {"email": EMAIL}} | changes
    shopper = person or marketplace.anybody
    answer = await shopper.post("/v1/carts", body)
    assert answer.status_code == 201, answer.text
    cart = answer.json()
    headers = {} if cart["secret"] is None else {"plaza-cart-secret": cart["secret"]}
    return Cart(shopper, cart["id"], cart["total"], cart["secret"], headers)


async def an_offer(vendor: Vendor, *, price: int = 1000, stock: int = 10, **product: Any) -> str:
    """The id of a listed offer."""
    variant = {"price": {"amount_minor": price, "currency": "GBP"}, "stock": stock}
    created = await vendor.lists_product(variants=[variant], **product)
    offer_id: str = created["variants"][0]["offer_id"]
    return offer_id
