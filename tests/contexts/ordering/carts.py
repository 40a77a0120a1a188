"""A shopper with a cart, over HTTP; and offers to put into it."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from actors import Person, Vendor, a_variant

SECRET = "plaza-cart-secret"


@dataclass
class HeldCart:
    """A cart, and what its holder shows to open it."""

    holder: Person
    id: str
    secret: str | None
    created: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/carts/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.secret is None else {SECRET: self.secret}

    async def asks(
        self, method: str, below: str = "", json: Any = None, **headers: str
    ) -> httpx.Response:
        sent = self.headers | headers
        return await self.holder.client.request(
            method, f"{self.path}{below}", json=json, headers=sent
        )

    async def shows(self) -> dict[str, Any]:
        return told(await self.asks("GET"))

    async def adds(self, offer_id: str, quantity: int = 1, **headers: str) -> httpx.Response:
        wanted = {"offer_id": offer_id, "quantity": quantity}
        return await self.asks("POST", "/lines", wanted, **headers)

    async def adds_all(self, *lines: tuple[str, int]) -> httpx.Response:
        wanted = [{"offer_id": offer_id, "quantity": quantity} for offer_id, quantity in lines]
        return await self.asks("POST", "/lines/batch", {"lines": wanted})

    async def changes(self, line_id: str, quantity: int) -> httpx.Response:
        return await self.asks("PATCH", f"/lines/{line_id}", {"quantity": quantity})

    async def removes(self, line_id: str) -> httpx.Response:
        return await self.asks("DELETE", f"/lines/{line_id}")

    async def claimed_by(self, person: Person, **headers: str) -> httpx.Response:
        sent = self.headers | headers
        return await person.post(f"{self.path}/claim", headers=sent)


def told(answer: httpx.Response) -> dict[str, Any]:
    """The cart that is answered."""
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def a_cart(person: Person, *lines: tuple[str, int], **more: Any) -> HeldCart:
    """A cart with so many of these offers; of a guest where the person is not logged in."""
    wanted = [{"offer_id": offer_id, "quantity": quantity} for offer_id, quantity in lines]
    answer = await person.post("/v1/carts", {"lines": wanted, **more})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return HeldCart(person, body["id"], body["secret"], body)


async def an_offer(vendor: Vendor, **changes: Any) -> str:
    """The id of an offer that is for sale, of one product of its own."""
    created = await vendor.lists_product(variants=[a_variant(**changes)])
    return str(created["variants"][0]["offer_id"])


def lines_of(cart: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for part in cart["vendors"] for line in part["lines"]]


def quantities(cart: dict[str, Any]) -> dict[str, int]:
    return {line["offer_id"]: line["quantity"] for line in lines_of(cart)}


def problems(cart: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in cart["problems"]]


def gbp(amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": "GBP"}
