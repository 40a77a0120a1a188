"""Carts become orders, which are paid, accepted, declined and canceled, seen by a witness."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from actors import Marketplace, Vendor, open_marketplace
from shopping import Cart, Order, a_cart, an_offer, order_of

Witness = Callable[[httpx.Response], Awaitable[None]]


async def buy(marketplace: Marketplace) -> None:
    """Whatever a completion can come to, for a guest, and what comes after it."""
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor, stock=9)
    cart = await a_cart(marketplace, {offer: 2})
    await _be_refused(cart, offer)
    await cart.completes("tok_decline")
    order = await cart.buys()
    await cart.completes()
    await order.is_canceled("changed_mind")
    await order.is_canceled()
    await _pay_later(marketplace, offer)
    await _cancel(marketplace, vendor, offer)


async def accept_orders(marketplace: Marketplace, witness: Witness) -> None:
    """Where vendors are asked whether they take an order."""
    settings = msgspec.structs.replace(marketplace.settings, vendor_acceptance=True)
    async with open_marketplace(settings) as opened:
        asking = opened.seen_from("198.51.100.9")
        asking.anybody.client.event_hooks["response"].append(witness)
        vendor = await asking.a_vendor()
        offer = await an_offer(vendor)
        for step in ("accept", "decline"):
            order = await (await a_cart(asking, {offer: 1})).buys()
            for _ in range(2):
                await _asks(asking, vendor, order, step, {"reason": "none left"})


async def _be_refused(cart: Cart, offer: str) -> None:
    price = {"amount_minor": 1, "currency": "GBP"}
    await cart.completes(expected_total=price)
    await cart.completes(payment={"provider": "acme"})
    await cart.completes(payment={})
    body = {"expected_total": price, "payment": {"provider": "sandbox"}}
    await cart.person.post(f"{cart.path}/complete", body, headers=cart.headers)
    await cart.person.post(f"{cart.path}/complete", body, headers={"idempotency-key": str(uuid4())})
    too_many = {"offer_id": offer, "quantity": 99}
    await cart.person.post(f"{cart.path}/lines", too_many, headers=cart.headers)
    cart.total = (await cart.shown())["total"]
    refused = await cart.completes()
    assert refused.json()["code"] == "insufficient_stock"
    for line in (await cart.shown())["vendors"][0]["lines"]:
        fewer = f"{cart.path}/lines/{line['id']}"
        await cart.person.patch(fewer, {"quantity": 2}, headers=cart.headers)
    cart.total = (await cart.shown())["total"]


async def _pay_later(marketplace: Marketplace, offer: str) -> None:
    """The first try waits for the shopper, as does the second."""
    cart = await a_cart(marketplace, {offer: 1})
    order = order_of(cart.person, await cart.completes("tok_action_required"))
    path = f"{order.path}/payment"
    for token in ("tok_action_required", "tok_approve", "tok_approve"):
        await order.person.post(path, {"token": token}, headers=order.headers)
    await order.person.post(path, {"token": "tok_approve"})
    await order.person.post(path, {}, headers=order.headers)


async def _cancel(marketplace: Marketplace, vendor: Vendor, offer: str) -> None:
    """A unit of a line, then more than is left of it, then the rest."""
    order = await (await a_cart(marketplace, {offer: 2})).buys()
    (part,) = (await order.shown())["vendor_orders"]
    one = {"line_id": part["lines"][0]["id"], "quantity": 1}
    none = {"line_id": str(uuid4()), "quantity": 1}
    for lines in ([one], [one, one], [none], [], None, None):
        await _asks(marketplace, vendor, order, "cancel", {"lines": lines, "reason": "broken"})


async def _asks(
    marketplace: Marketplace, vendor: Vendor, order: Order, step: str, body: dict[str, Any]
) -> None:
    """As the vendor; its own client has no witness."""
    (part,) = order.answer.json()["vendor_orders"]
    path = f"{vendor.path}/orders/{part['id']}/{step}"
    bearer = dict(vendor.client.headers)
    await marketplace.anybody.post(path, None if step == "accept" else body, headers=bearer)
