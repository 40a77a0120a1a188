"""What a shopper does, from an empty cart to a canceled line, over HTTP."""

import asyncio
from typing import Any

import httpx

from actors import Marketplace, Vendor
from shopping import Order, a_cart, an_offer


async def stock_of(vendor: Vendor, offer_id: str, after: httpx.Response) -> dict[str, int]:
    """What is there of it, as its vendor sees it after an answer."""
    token = {"plaza-consistency": after.headers["plaza-consistency"]}
    answer = await vendor.get(f"{vendor.path}/stock", headers=token)
    (row,) = [item for item in answer.json()["items"] if item["offer_id"] == offer_id]
    return {name: row[name] for name in ("on_hand", "reserved", "available")}


async def queue_of(vendor: Vendor, order: Order) -> dict[str, Any]:
    """The vendor's part of the order, as its queue shows it."""
    token = {"plaza-consistency": order.consistency}
    listed = await vendor.get(f"{vendor.path}/orders", headers=token)
    (entry,) = [item for item in listed.json()["items"] if item["order_id"] == order.id]
    whole = await vendor.get(f"{vendor.path}/orders/{entry['id']}")
    told: dict[str, Any] = whole.json()
    return told


async def test_a_guest_buys_from_three_vendors_and_one_cancels_a_line(
    marketplace: Marketplace,
) -> None:
    vendors = [await marketplace.a_vendor() for _ in range(3)]
    offers = [await an_offer(vendor, price=1000 * (n + 1)) for n, vendor in enumerate(vendors)]
    second = await an_offer(vendors[0], price=333)
    cart = await a_cart(marketplace, {offers[0]: 1, offers[1]: 2, offers[2]: 3, second: 3})
    assert cart.total == {"amount_minor": 1000 + 4000 + 9000 + 999, "currency": "GBP"}

    order = await cart.buys()

    page = await order.shown()
    assert (page["status"], page["payment_status"]) == ("placed", "paid")
    assert page["total"] == cart.total
    parts = {part["vendor"]["id"]: part for part in page["vendor_orders"]}
    queues = [await queue_of(vendor, order) for vendor in vendors]
    assert [part["total"]["amount_minor"] for part in queues] == [1999, 4000, 9000]
    assert sum(part["total"]["amount_minor"] for part in parts.values()) == 14_999
    assert all(part["payment_status"] == "paid" for part in queues)
    assert (await cart.shown())["status"] == "completed"
    reserved = await stock_of(vendors[0], second, order.answer)
    assert reserved == {"on_hand": 10, "reserved": 3, "available": 7}

    mine = queues[0]
    (line,) = [line for line in mine["lines"] if line["offer_id"] == second]
    canceled = await vendors[0].post(
        f"{vendors[0].path}/orders/{mine['id']}/cancel",
        {"lines": [{"line_id": line["id"], "quantity": 2}], "reason": "broken"},
    )
    assert canceled.status_code == 200, canceled.text
    assert canceled.json()["canceled"] == {"amount_minor": 666, "currency": "GBP"}

    page = await order.shown(canceled.headers["plaza-consistency"])
    parts = {part["vendor"]["id"]: part for part in page["vendor_orders"]}
    assert parts[vendors[0].id]["canceled"]["amount_minor"] == 666
    assert page["canceled"]["amount_minor"] == 666
    assert [parts[v.id]["canceled"]["amount_minor"] for v in vendors[1:]] == [0, 0]
    queue = await queue_of(vendors[0], order)
    assert queue["canceled"]["amount_minor"] == 666
    assert queue["status"] == "accepted"
    released = await stock_of(vendors[0], second, canceled)
    assert released == {"on_hand": 10, "reserved": 1, "available": 9}


async def test_the_same_cart_completed_from_four_callers_at_once_is_one_order(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor, stock=4)
    cart = await a_cart(marketplace, {offer: 1})

    answers = await asyncio.gather(*(cart.completes() for _ in range(4)))

    assert {answer.status_code for answer in answers} <= {201, 200, 409}
    ids = {answer.json()["order_id"] for answer in answers if answer.status_code != 409}
    assert len(ids) == 1
    codes = {answer.json().get("code") for answer in answers if answer.status_code == 409}
    assert codes <= {"completion_in_progress"}
    again = await cart.completes()
    assert (again.status_code, again.json()["order_id"]) == (200, ids.pop())
    (first,) = [answer for answer in answers if answer.status_code == 201]
    assert await stock_of(vendor, offer, first) == {"on_hand": 4, "reserved": 1, "available": 3}


async def test_a_declined_payment_releases_everything_and_the_cart_is_usable_again(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor, stock=1)
    cart = await a_cart(marketplace, {offer: 1})

    declined = await cart.completes("tok_decline")

    assert declined.status_code == 422
    assert declined.json()["code"] == "payment_failed"
    assert await stock_of(vendor, offer, declined) == {"on_hand": 1, "reserved": 0, "available": 1}
    assert (await cart.shown())["status"] == "open"
    order = await cart.buys()
    assert (await order.shown())["status"] == "placed"
