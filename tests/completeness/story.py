"""Commands that change each thing that a read model shows, one after the other."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from actors import Marketplace, Person, Vendor
from shopping import a_cart, order_of

GBP = {"currency": "GBP"}
TEAPOT: dict[str, Any] = {
    "title": "Azure teapot",
    "brand": "Sevroise",
    "description": "Holds eleven cups",
    "options": ["Glaze"],
    "media": [{"url": "/media/demo/aprons-kitchen-textiles/1.svg", "alt": "Seen from above"}],
    "attributes": {"Material": "stoneware"},
    "variants": [
        {
            "price": {"amount_minor": 13573, **GBP},
            "compare_at_price": {"amount_minor": 15791, **GBP},
            "stock": 53,
            "sku": "TEAPOT-A",
            "option_values": {"Glaze": "celadon"},
            "barcode": "4006381333931",
            "weight_grams": 1873,
        }
    ],
}

Wait = Callable[[], Awaitable[None]]


async def told(marketplace: Marketplace, money_moves: Wait) -> AsyncIterator[str]:
    """Give a command after the other; what each was about is told when it was answered.

    Args:
        marketplace: where vendors accept their orders and operators charge for them.
        money_moves: waits until what payments are asked for is done.
    """
    operator = await marketplace.operator()
    vendor = await marketplace.an_applicant(country="FR", description="Ceramics of Sèvres")
    yield "a vendor applies"
    await ok(operator.post(f"{vendor.path}/approve"))
    yield "a vendor is approved"
    async for step in vendor_changed(vendor):
        yield step
    async for step in another_vendor_comes(marketplace, operator):
        yield step
    async for step in categories_changed(operator):
        yield step
    pots = await ok(operator.post("/v1/categories", {"name": "Pots", "slug": "pots"}))
    lids = await ok(operator.post("/v1/categories", {"name": "Lids", "slug": "lids"}))
    yield "categories are made"
    created = await vendor.lists_product(**TEAPOT, category_id=pots["id"])
    yield "a product is described and published"
    product = f"{vendor.path}/products/{created['id']}"
    offer_id = created["variants"][0]["offer_id"]
    offer = f"{vendor.path}/offers/{offer_id}"
    async for step in product_changed(vendor, product, lids["id"]):
        yield step
    async for step in offer_changed(vendor, offer):
        yield step
    shopper = await marketplace.a_shopper()
    async for step in stock_changed(vendor, offer):
        yield step
    async for step in sold_out(marketplace, vendor, shopper, offer_id):
        yield step
    async for step in bought(marketplace, operator, vendor, shopper, offer_id, money_moves):
        yield step
    async for step in ended(operator, vendor, product, offer):
        yield step


async def ok(answering: Any) -> Any:
    answer: httpx.Response = await answering
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def vendor_changed(vendor: Vendor) -> AsyncIterator[str]:
    for version, (field, value) in enumerate(
        [
            ("name", "Manufacture of Sèvres"),
            ("slug", "manufacture-of-sevres"),
            ("description", "Porcelain since 1740"),
            ("country", "BE"),
        ],
        2,
    ):
        await ok(vendor.patch(vendor.path, {field: value}, version=version))
        yield f"a vendor's {field} is changed"
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    await ok(vendor.post(f"{vendor.path}/pause", {"until": until}))
    yield "a vendor pauses"
    await ok(vendor.post(f"{vendor.path}/resume"))
    yield "a vendor resumes"


async def another_vendor_comes(marketplace: Marketplace, operator: Person) -> AsyncIterator[str]:
    required = "/v1/operations/vendor-requirements"
    await ok(operator.post(required, {"key": "company_number", "label": "Company number"}))
    yield "something is required of vendors"
    vendor = await marketplace.an_applicant()
    yield "a vendor applies where something is required"
    answered = f"{vendor.path}/requirements/company_number"
    await ok(vendor.client.put(answered, json={"answer": "12345"}))
    yield "a vendor answers"
    await ok(vendor.post(f"{vendor.path}/submit"))
    yield "a vendor asks for a review"
    await ok(operator.post(f"{vendor.path}/reject", {"reason": "no such number"}))
    yield "a vendor is rejected"


async def categories_changed(operator: Person) -> AsyncIterator[str]:
    made = await ok(operator.post("/v1/categories", {"name": "Vessels", "slug": "vessels"}))
    yield "a category is made"
    child = {"name": "Jugs", "slug": "jugs", "parent_id": made["id"], "rank": 37}
    made = await ok(operator.post("/v1/categories", child))
    yield "a category is made below another"
    for version, (field, value) in enumerate(
        [("name", "Ewers"), ("slug", "ewers"), ("rank", 29)], 1
    ):
        path = f"/v1/categories/{made['id']}"
        await ok(operator.patch(path, {field: value}, version=version))
        yield f"a category's {field} is changed"


async def product_changed(vendor: Vendor, product: str, category_id: str) -> AsyncIterator[str]:
    fields: list[tuple[str, Any]] = [
        ("title", "Cobalt teapot"),
        ("description", "Holds twelve cups"),
        ("brand", "Vincennes"),
        ("category_id", category_id),
        ("attributes", {"Origin": "Limousin"}),
        ("media", [{"url": "/media/demo/aprons-kitchen-textiles/2.svg", "alt": "From the side"}]),
    ]
    for version, (field, value) in enumerate(fields, 2):
        await ok(vendor.patch(product, {field: value}, version=version))
        yield f"a product's {field} is changed"


async def offer_changed(vendor: Vendor, offer: str) -> AsyncIterator[str]:
    for version, (field, value) in enumerate(
        [
            ("price", {"amount_minor": 14107, **GBP}),
            ("compare_at_price", {"amount_minor": 16981, **GBP}),
            ("sku", "TEAPOT-B"),
        ],
        1,
    ):
        await ok(vendor.patch(offer, {field: value}, version=version))
        yield f"an offer's {field} is changed"
    for version, (field, number) in enumerate([("low_at", 17), ("buckets", 2)], 1):
        await ok(vendor.patch(f"{offer}/stocking", {field: number}, version=version))
        yield f"a stocking's {field} is changed"
    await ok(vendor.post(f"{vendor.path}/locations", {"name": "Cellar of Meudon"}))
    yield "a location is made"


async def stock_changed(vendor: Vendor, offer: str) -> AsyncIterator[str]:
    await ok(vendor.client.put(f"{offer}/stock", json={"on_hand": 61}))
    yield "stock is counted"
    await ok(vendor.post(f"{offer}/stock/adjust", {"delta": -3, "reason": "broken"}))
    yield "stock is adjusted"
    await ok(vendor.patch(f"{offer}/stocking", {"buckets": 1}, version=3))
    yield "stock is put together"
    await ok(vendor.client.put(f"{offer}/stock", json={"on_hand": 0}))
    yield "stock is out"
    await ok(vendor.patch(f"{offer}/stocking", {"allows_backorder": True}, version=4))
    yield "what is out may be ordered"


async def sold_out(
    marketplace: Marketplace, vendor: Vendor, shopper: Person, offer_id: str
) -> AsyncIterator[str]:
    """An order for what is out, and one for all that there is."""
    offer = f"{vendor.path}/offers/{offer_id}"
    cart = await a_cart(marketplace, {offer_id: 13}, shopper)
    yield "a cart is filled"
    await cart.buys()
    yield "what is out is ordered"
    await ok(vendor.patch(f"{offer}/stocking", {"allows_backorder": False}, version=5))
    yield "what is out may not be ordered"
    await ok(vendor.client.put(f"{offer}/stock", json={"on_hand": 30}))
    yield "stock has come in"
    cart = await a_cart(marketplace, {offer_id: 17}, shopper)
    waiting = order_of(shopper, await cart.completes("tok_action_required"))
    yield "a payment waits for its shopper, for all that there is"
    declined = await shopper.post(f"{waiting.path}/payment", {"token": "tok_decline"})
    assert not declined.is_server_error, declined.text
    yield "a payment is declined"
    await ok(vendor.client.put(f"{offer}/stock", json={"on_hand": 89}))
    yield "more stock has come in"


async def bought(
    marketplace: Marketplace,
    operator: Person,
    vendor: Vendor,
    shopper: Person,
    offer_id: str,
    money_moves: Wait,
) -> AsyncIterator[str]:
    payments = "/v1/operations/payments"
    order = await (await a_cart(marketplace, {offer_id: 7}, shopper)).buys()
    yield "an order is placed"
    (part,) = (await order.shown())["vendor_orders"]
    path = f"{vendor.path}/orders/{part['id']}"
    await ok(vendor.post(f"{path}/accept"))
    yield "a vendor accepts"
    listed = await ok(operator.get(payments, params={"limit": 1}))
    await ok(operator.post(f"{payments}/{listed['items'][0]['id']}/capture"))
    await money_moves()
    yield "a card is charged"
    line = {"line_id": part["lines"][0]["id"], "quantity": 2}
    await ok(vendor.post(f"{path}/cancel", {"lines": [line], "reason": "two broke"}))
    yield "a vendor cancels a part"
    await money_moves()
    yield "money is given back"
    await ok(vendor.post(f"{path}/cancel", {"lines": None, "reason": "the rest too"}))
    yield "a vendor cancels the rest"
    order = await (await a_cart(marketplace, {offer_id: 5}, shopper)).buys()
    yield "another order is placed"
    (part,) = (await order.shown())["vendor_orders"]
    reason = {"reason": "out of cobalt"}
    await ok(vendor.post(f"{vendor.path}/orders/{part['id']}/decline", reason))
    yield "a vendor declines"
    await money_moves()
    yield "what was put aside is let go"
    order = await (await a_cart(marketplace, {offer_id: 4}, shopper)).buys()
    await ok(order.is_canceled("changed_mind"))
    yield "an order is placed and canceled"
    cart = await a_cart(marketplace, {offer_id: 3}, shopper)
    await ok(cart.completes(payment={"provider": "manual"}))
    yield "a transfer is waited for"
    listed = await ok(operator.get(payments, params={"provider": "manual"}))
    await ok(operator.post(f"{payments}/{listed['items'][0]['id']}/capture"))
    yield "a transfer has come"


async def ended(operator: Person, vendor: Vendor, product: str, offer: str) -> AsyncIterator[str]:
    await ok(operator.post(f"{vendor.path}/suspend", {"reason": "late parcels"}))
    yield "a vendor is suspended"
    await ok(operator.post(f"{vendor.path}/reinstate"))
    yield "a vendor is reinstated"
    await ok(vendor.post(f"{product}/unpublish"))
    yield "a product is unpublished"
    await ok(vendor.post(f"{product}/publish"))
    yield "a product is published again"
    await ok(vendor.client.delete(offer, headers={"if-match": '"4"'}))
    yield "an offer is withdrawn"
