"""What is said of one order to everybody whom it concerns."""

from typing import Any

import httpx

from actors import Marketplace, Person, Vendor
from shopping import ADDRESS, EMAIL, Order, a_cart, an_offer


def pounds(amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": "GBP"}


async def read(person: Person, path: str, after: httpx.Response, **wanted: Any) -> dict[str, Any]:
    """What the person is shown, once it shows what an answer told of."""
    token = {"plaza-consistency": after.headers["plaza-consistency"]}
    answer = await person.get(path, params=wanted, headers=token)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_all_see_the_same_figures_of_an_order_of_two_vendors(
    marketplace: Marketplace,
) -> None:
    oak, tin = await marketplace.a_vendor(), await marketplace.a_vendor()
    chair, table = await an_offer(oak, price=4900), await an_offer(oak, price=12000)
    kettle = await an_offer(tin, price=1250)
    shopper = await marketplace.a_shopper()
    cart = await a_cart(marketplace, {chair: 2, table: 1, kettle: 3}, shopper)

    order = await cart.buys()

    page = await order.shown()
    assert (page["status"], page["total"]) == ("placed", pounds(25550))
    assert page["address"]["line1"] == ADDRESS["line1"]
    parts = {part["vendor"]["id"]: part for part in page["vendor_orders"]}
    totals = {vendor_id: part["total"] for vendor_id, part in parts.items()}
    assert totals == {oak.id: pounds(21800), tin.id: pounds(3750)}
    assert sorted(line["quantity"] for line in parts[oak.id]["lines"]) == [1, 2]
    assert parts[oak.id]["vendor"]["slug"] == oak.slug
    (entry,) = (await read(shopper, "/v1/orders", order.answer))["items"]
    assert (entry["id"], entry["total"], entry["item_count"]) == (order.id, page["total"], 6)
    for vendor in (oak, tin):
        await sees_its_part(vendor, order, page, parts[vendor.id])
    operator = await marketplace.operator()
    listed = await read(operator, "/v1/operations/payments", order.answer, status="paid")
    payment = next(item for item in listed["items"] if item["order_id"] == order.id)
    assert (payment["order_number"], payment["amount"]) == (page["number"], page["total"])
    assert payment["captured"] == page["payment"]["captured"] == page["total"]
    assert {share["vendor_id"]: share["captured"] for share in payment["shares"]} == totals


async def sees_its_part(
    vendor: Vendor, order: Order, page: dict[str, Any], part: dict[str, Any]
) -> None:
    """The vendor's queue and its order say what the shopper's page does."""
    path = f"{vendor.path}/orders"
    queue = await read(vendor, path, order.answer)
    assert queue["counts"] == {"accepted": 1}
    (entry,) = queue["items"]
    assert (entry["id"], entry["number"]) == (part["id"], part["number"])
    assert (entry["order_number"], entry["placed_at"]) == (page["number"], page["placed_at"])
    by_number = page["number"].replace("-", "").lower()
    assert await read(vendor, path, order.answer, q=by_number) == queue
    earlier = await read(vendor, path, order.answer, placed_to=page["placed_at"])
    assert earlier["items"] == []
    sent = await read(vendor, f"{path}/{part['id']}", order.answer)
    assert sent["lines"] == part["lines"]
    assert sent["address"] == page["address"]
    assert sent["payment_status"] == part["payment_status"] == "paid"
    assert EMAIL not in str(sent)


async def test_a_vendor_cancels_units_of_a_line_and_all_see_it(marketplace: Marketplace) -> None:
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    chair, table = await an_offer(vendor, price=4900), await an_offer(vendor, price=12000)
    order = await (await a_cart(marketplace, {chair: 3, table: 1}, shopper)).buys()
    (part,) = (await order.shown())["vendor_orders"]
    line = next(line for line in part["lines"] if line["offer_id"] == chair)
    path = f"{vendor.path}/orders/{part['id']}"

    units = {"lines": [{"line_id": line["id"], "quantity": 2}], "reason": "worm"}
    canceled = await vendor.post(f"{path}/cancel", units)

    assert canceled.status_code == 200, canceled.text
    sent = await read(vendor, path, canceled)
    assert (sent["status"], sent["canceled"]) == ("accepted", pounds(9800))
    page = await order.shown(canceled.headers["plaza-consistency"])
    assert page["canceled"] == page["vendor_orders"][0]["canceled"] == pounds(9800)
    assert page["vendor_orders"][0]["lines"] == sent["lines"]
    entry = (await read(shopper, "/v1/orders", canceled))["items"][0]
    assert (entry["status"], entry["canceled"]) == ("placed", pounds(9800))


# fault 64
async def test_a_guest_sees_the_order_with_its_own_secret_only(marketplace: Marketplace) -> None:
    chair = await an_offer(await marketplace.a_vendor())
    guest, shopper = marketplace.anybody, await marketplace.a_shopper()
    order, other = [await (await a_cart(marketplace, {chair: 1})).buys() for _ in range(2)]

    page = await order.shown()

    assert (page["id"], page["email"]) == (order.id, EMAIL)
    for shown in ({}, other.headers, {"plaza-order-secret": "made up"}):
        refused = await guest.get(order.path, headers=shown)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
        assert "Plaza-Order-Secret" in refused.json()["detail"]
    for shown in ({}, other.headers):
        refused = await shopper.get(order.path, headers=shown)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    # Logging in takes nothing away from who holds the secret.
    assert (await shopper.get(order.path, headers=order.headers)).json() == page


async def test_a_guest_who_sends_no_token_sees_their_own_last_command(
    marketplace: Marketplace,
) -> None:
    chair = await an_offer(await marketplace.a_vendor())
    order = await (await a_cart(marketplace, {chair: 1})).buys()
    shown = await marketplace.anybody.get(order.path, headers=order.headers)
    assert (shown.status_code, shown.json()["status"]) == (200, "placed")
    assert "plaza-stale" not in shown.headers


async def test_an_order_whose_payment_fails_is_listed_only_when_asked_for(
    marketplace: Marketplace,
) -> None:
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    cart = await a_cart(marketplace, {await an_offer(vendor): 1}, shopper)

    failed = await cart.completes("tok_decline")

    assert (failed.status_code, failed.json()["code"]) == (422, "payment_failed")
    assert (await read(shopper, "/v1/orders", failed))["items"] == []
    (entry,) = (await read(shopper, "/v1/orders", failed, status="failed"))["items"]
    page = await read(shopper, f"/v1/orders/{entry['id']}", failed)
    assert (page["status"], page["payment_status"]) == ("failed", "failed")
    queue = await read(vendor, f"{vendor.path}/orders", failed)
    assert (queue["items"], queue["counts"]) == ([], {})


async def test_where_an_order_goes_is_gone_from_every_page_once_it_is_forgotten(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    order = await (await a_cart(marketplace, {await an_offer(vendor): 1})).buys()
    page = await order.shown()
    path = f"{vendor.path}/orders/{page['vendor_orders'][0]['id']}"
    assert (await read(vendor, path, order.answer))["address"] == page["address"]

    operator = await marketplace.operator()
    erased = await operator.post(f"/v1/operations/orders/{order.id}/erase-address")

    assert erased.status_code == 200, erased.text
    forgotten = await order.shown()
    assert (forgotten["address"], forgotten["email"]) == (None, None)
    assert forgotten == page | {"address": None, "email": None}
    assert (await read(vendor, path, order.answer))["address"] is None
