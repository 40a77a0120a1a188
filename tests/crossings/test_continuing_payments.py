"""Paying an order with another token: what is over cannot be paid, and what is paid stays so."""

from typing import Any
from uuid import uuid4

import httpx

from actors import Marketplace
from payment_webhooks import a_waiting_order
from shopping import Cart, Order, a_cart, an_offer, order_of


async def a_filled_cart(marketplace: Marketplace) -> Cart:
    return await a_cart(marketplace, {await an_offer(await marketplace.a_vendor()): 1})


async def paid_with(order: Order, token: str, key: str | None = None) -> httpx.Response:
    headers = order.headers | ({} if key is None else {"idempotency-key": key})
    return await order.person.post(f"{order.path}/payment", {"token": token}, headers=headers)


def told(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    return {name: body[name] for name in ("code", "from", "to", "allowed", "cart_id")}


async def test_an_order_that_has_failed_takes_no_other_token(marketplace: Marketplace) -> None:
    cart = await a_filled_cart(marketplace)
    order = order_of(cart.person, await cart.completes("tok_action_required"))
    key = str(uuid4())
    declined = await paid_with(order, "tok_decline", key)
    assert (declined.status_code, declined.json()["code"]) == (422, "payment_failed")

    refused = await paid_with(order, "tok_approve")
    repeated = await paid_with(order, "tok_decline", key)

    assert refused.status_code == 409
    assert told(refused) == {
        "code": "illegal_transition",
        "from": "failed",
        "to": "placed",
        "allowed": [],
        "cart_id": cart.id,
    }
    assert refused.json()["detail"].endswith("Complete its cart again.")
    assert repeated.content == declined.content
    assert (await cart.completes()).status_code == 201


async def test_an_order_that_was_canceled_takes_no_token(marketplace: Marketplace) -> None:
    waiting = (await a_waiting_order(marketplace)).order
    bought = await (await a_filled_cart(marketplace)).buys()
    for order, advice in ((waiting, "Complete its cart again."), (bought, "Begin another cart.")):
        assert (await order.is_canceled()).status_code == 200

        refused = await paid_with(order, "tok_approve")

        assert (refused.status_code, told(refused)["from"]) == (409, "canceled")
        assert refused.json()["detail"].endswith(advice)


async def test_who_comes_back_finds_on_the_order_what_is_left_to_do(
    marketplace: Marketplace,
) -> None:
    for token, provider in (("tok_action_required", "sandbox"), ("", "manual")):
        cart = await a_filled_cart(marketplace)
        means = {"provider": provider, "token": token}
        order = order_of(cart.person, await cart.completes(payment=means))

        payment = (await order.shown())["payment"]

        assert payment["action_required"] is True
        assert payment["next_action"] == order.answer.json()["next_action"]
        canceled = await order.is_canceled()
        page = await order.shown(canceled.headers["plaza-consistency"])
        assert page["payment"]["next_action"] is None
        assert page["fulfilment_status"] == "canceled"


async def test_an_order_that_is_paid_says_so_again(marketplace: Marketplace) -> None:
    order = await (await a_filled_cart(marketplace)).buys()

    again = await paid_with(order, "tok_decline")

    assert (again.status_code, again.json()["status"]) == (200, "placed")
