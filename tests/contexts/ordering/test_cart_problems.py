"""What happens to the goods while they lie in a cart is told with every answer about it."""

import asyncpg

from actors import Marketplace, Vendor
from contexts.ordering.carts import a_cart, an_offer, gbp, lines_of, problems, quantities, told

SUSPENDED = "UPDATE vendors.vendor SET status = 'suspended' WHERE id = $1"
PAUSE_IS_OVER = """
    UPDATE vendors.vendor SET paused_at = now() - interval '2 s', paused_until = now()
    WHERE id = $1
"""
BACKORDERS = """
    INSERT INTO inventory.stocking (offer_id, vendor_id, product_id, variant_id, allows_backorder,
        version)
    SELECT id, vendor_id, product_id, variant_id, true, 1 FROM catalog.offer WHERE id = $1
    ON CONFLICT (offer_id) DO UPDATE SET allows_backorder = true
"""


async def costs(vendor: Vendor, offer_id: str, amount_minor: int) -> None:
    path = f"{vendor.path}/offers/{offer_id}"
    answer = await vendor.patch(path, {"price": gbp(amount_minor)}, version=1)
    assert answer.status_code == 200, answer.text


async def test_another_price_counts_and_is_told_until_the_line_is_changed(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    offer, other = await an_offer(vendor), await an_offer(vendor)
    cart = await a_cart(marketplace.anybody, (offer, 2))
    await costs(vendor, offer, 5100)

    shown = await cart.shows()

    (line,), (problem,) = lines_of(shown), shown["problems"]
    assert (line["unit_price"], shown["total"]) == (gbp(5100), gbp(10200))
    assert problem | {"detail": None} == {
        "code": "price_changed",
        "detail": None,
        "line_id": line["id"],
        "offer_id": offer,
        "vendor_id": vendor.id,
        "was": gbp(4900),
        "is": gbp(5100),
    }
    assert problems(told(await cart.adds(other))) == ["price_changed"]
    assert problems(told(await cart.changes(line["id"], 2))) == []


async def test_what_is_not_for_sale_any_more_stays_and_costs_nothing(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    withdrawn, kept = await an_offer(vendor), await an_offer(vendor)
    product = await vendor.lists_product()
    hidden = product["variants"][0]["offer_id"]
    cart = await a_cart(marketplace.anybody, (withdrawn, 1), (hidden, 3), (kept, 1))
    gone = await vendor.client.delete(
        f"{vendor.path}/offers/{withdrawn}", headers={"if-match": '"1"'}
    )
    assert gone.status_code == 200
    taken = await vendor.post(f"{vendor.path}/products/{product['id']}/unpublish")
    assert taken.status_code == 200

    shown = await cart.shows()

    told_of = {problem["offer_id"]: problem["code"] for problem in shown["problems"]}
    assert told_of == {withdrawn: "unavailable", hidden: "unavailable"}
    assert quantities(shown) == {withdrawn: 1, hidden: 3, kept: 1}
    assert shown["total"] == gbp(4900)
    for line in lines_of(shown):
        assert line["available"] == (line["offer_id"] == kept)
        assert line["unit_price"] == gbp(4900)
        assert line["total"] == gbp(4900 if line["offer_id"] == kept else 0)
    line_id = next(line["id"] for line in lines_of(shown) if line["offer_id"] == withdrawn)
    assert quantities(told(await cart.removes(line_id))) == {hidden: 3, kept: 1}


async def test_a_paused_vendor_is_told_of_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    cart = await a_cart(
        marketplace.anybody, (await an_offer(vendor), 1), (await an_offer(vendor), 1)
    )
    assert (await vendor.post(f"{vendor.path}/pause", {})).status_code == 200

    (problem,) = (await cart.shows())["problems"]

    assert (problem["code"], problem["vendor_id"]) == ("vendor_paused", vendor.id)
    await database.execute(PAUSE_IS_OVER, vendor.id)
    assert problems(await cart.shows()) == []


async def test_a_vendor_that_may_not_sell_is_gone(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    cart = await a_cart(marketplace.anybody, (await an_offer(vendor), 1))
    await database.execute(SUSPENDED, vendor.id)

    shown = await cart.shows()

    assert (problems(shown), shown["total"]) == (["unavailable"], gbp(0))
    assert shown["vendors"][0]["vendor"]["slug"] == vendor.slug


async def test_what_can_be_backordered_is_enough(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor(), stock=1)
    cart = await a_cart(marketplace.anybody, (offer, 2))

    assert problems(cart.created) == ["insufficient_stock"]
    await database.execute(BACKORDERS, offer)
    assert problems(await cart.shows()) == []
