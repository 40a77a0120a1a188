"""A cart of many lines and vendors is one order, whose parts add up to it."""

import asyncio
from uuid import UUID, uuid4

import asyncpg

from actors import Marketplace, Vendor
from shopping import a_cart
from vendor_parts import hold_together


async def test_a_cart_of_a_hundred_lines_of_twenty_vendors_is_one_order_of_twenty_parts(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendors = await vendors_of_one_owner(marketplace, 20)
    made = await asyncio.gather(
        *(five_offers(vendor, 97 * n) for n, vendor in enumerate(vendors, 1))
    )
    offers = [offer for of_vendor in made for offer in of_vendor]

    order = await (await a_cart(marketplace, dict.fromkeys(offers, 2))).buys()

    body = order.answer.json()
    assert len(body["vendor_orders"]) == 20
    assert len({part["vendor_id"] for part in body["vendor_orders"]}) == 20
    whole = sum(part["total"]["amount_minor"] for part in body["vendor_orders"])
    assert (
        body["total"]["amount_minor"]
        == whole
        == 2 * sum(97 * n + variant for n in range(1, 21) for variant in range(5))
    )
    numbers = [part["number"] for part in body["vendor_orders"]]
    assert sorted(numbers) == sorted(f"{body['number']}-{n}" for n in range(1, 21))
    await hold_together(database, UUID(order.id))


async def vendors_of_one_owner(marketplace: Marketplace, count: int) -> list[Vendor]:
    """Vendors that may sell; one log-in is enough for all."""
    owner, operator = await marketplace.an_applicant(), await marketplace.operator()
    vendors = [owner]
    for _ in range(count - 1):
        slug = f"vendor-{uuid4().hex[:12]}"
        application = {"name": slug, "slug": slug, "country": "GB", "currency": "GBP"}
        mail = {"contact_email": f"hello@{slug}.example"}
        applied = await owner.post("/v1/vendors", application | mail)
        assert applied.status_code == 201, applied.text
        vendors.append(Vendor(owner.client, owner.email, id=applied.json()["id"], slug=slug))
    for vendor in vendors:
        assert (await operator.post(f"{vendor.path}/approve")).status_code == 200
    return vendors


async def five_offers(vendor: Vendor, price: int) -> list[str]:
    """Of one product, each a little dearer than the one before."""
    variants = [
        {
            "option_values": {"Size": str(n)},
            "price": {"amount_minor": price + n, "currency": "GBP"},
            "stock": 2,
        }
        for n in range(5)
    ]
    created = await vendor.lists_product(options=["Size"], variants=variants)
    return [variant["offer_id"] for variant in created["variants"]]
