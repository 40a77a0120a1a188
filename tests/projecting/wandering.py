"""Commands in an order that nobody has thought of, over HTTP; many of them are refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from actors import Marketplace, Person, Vendor, a_variant
from shopping import Cart, Order, a_cart, order_of
from vendor_parts import part_of

VERSION = "SELECT version FROM {table} WHERE {key} = $1::text::uuid"
CURRENCIES = ("GBP", "GBP", "EUR")
TOKENS = ("tok_approve", "tok_approve", "tok_decline", "tok_action_required")
PAYMENTS = "/v1/operations/payments"
PAYMENT_OF = "SELECT id FROM payments.payment WHERE order_id = $1::text::uuid"
FINE = {200, 201, 202, 204, 402, 404, 409, 422}


@dataclass
class Wanderer:
    """Does one thing after another to a few vendors, products, offers and orders."""

    marketplace: Marketplace
    operator: Person
    shopper: Person
    database: asyncpg.Connection
    random: Random = field(default_factory=Random)
    vendors: list[Vendor] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    products: list[tuple[Vendor, str]] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    offers: list[tuple[Vendor, str]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    async def does(self, what: str, seed: int) -> None:
        """One thing; the seed says to what, and how."""
        self.random.seed(seed)
        answer = await ACTS[what](self)
        assert answer is None or answer.status_code in FINE, (what, answer.text)

    async def version(self, table: str, row_id: str, key: str = "id") -> int:
        found = await self.database.fetchval(VERSION.format(table=table, key=key), row_id)
        return int(found or 1)

    def price(self) -> dict[str, Any]:
        amount = self.random.choice((0, 1, 333, 1000, 1000))
        return {"amount_minor": amount, "currency": self.random.choice(CURRENCIES)}


Act = Callable[[Wanderer], Awaitable[httpx.Response | None]]


async def open_category(w: Wanderer) -> httpx.Response:
    name = uuid4().hex
    parent = w.random.choice([None, *w.categories])
    made = await w.operator.post("/v1/categories", {"name": name, "parent_id": parent})
    w.categories.append(made.json()["id"])
    return made


async def change_category(w: Wanderer) -> httpx.Response:
    category = w.random.choice(w.categories)
    version = await w.version("catalog.category", category)
    change = {"name": uuid4().hex, "rank": w.random.randint(0, 3)}
    return await w.operator.patch(f"/v1/categories/{category}", change, version)


async def apply_as_vendor(w: Wanderer) -> None:
    w.vendors.append(await w.marketplace.an_applicant())


async def move_vendor(w: Wanderer) -> httpx.Response:
    vendor = w.random.choice(w.vendors)
    step = w.random.choice(("approve", "approve", "reject", "suspend", "reinstate", "reinstate"))
    return await w.operator.post(f"{vendor.path}/{step}", None if step[0] in "ar" else {})


async def close_vendor(w: Wanderer) -> httpx.Response:
    vendor = w.random.choice(w.vendors)
    return await w.operator.post(f"{vendor.path}/close", {"reason": "retired"})


async def rename_vendor(w: Wanderer) -> httpx.Response:
    """There are few names, so that it may come back to one that it had."""
    vendor = w.random.choice(w.vendors)
    change = {"slug": f"{vendor.slug}-{w.random.randint(1, 3)}", "description": uuid4().hex}
    return await vendor.patch(vendor.path, change, await w.version("vendors.vendor", vendor.id))


async def rest(w: Wanderer) -> httpx.Response:
    vendor = w.random.choice(w.vendors)
    return await vendor.post(f"{vendor.path}/{w.random.choice(('pause', 'resume'))}", {})


async def describe(w: Wanderer) -> httpx.Response:
    vendor = w.random.choice(w.vendors)
    sizes = ["S", "M", "L"][: w.random.randint(1, 3)]
    body = {
        "title": f"Chair {w.random.randint(1, 9)}",
        "category_id": w.random.choice([None, *w.categories]),
        "attributes": {"Wood": "oak", "Age": "old", "In": "Bath"},
        "options": ["Size"],
        "media": [{"url": "/media/1.svg", "alt": "A chair"}][: w.random.randint(0, 1)],
        "variants": [
            a_variant(price=w.price(), option_values={"Size": size}, sku=f"S-{size}")
            for size in sizes
        ],
    }
    made = await vendor.post(f"{vendor.path}/products", body)
    if made.is_success:
        told = made.json()
        w.products.append((vendor, told["id"]))
        w.variants += [variant["id"] for variant in told["variants"]]
        w.offers += [(vendor, variant["offer_id"]) for variant in told["variants"]]
        await vendor.post(f"{vendor.path}/products/{told['id']}/publish")
    return made


async def show_or_hide(w: Wanderer) -> httpx.Response:
    vendor, product = w.random.choice(w.products)
    step = w.random.choice(("publish", "unpublish"))
    return await vendor.post(f"{vendor.path}/products/{product}/{step}")


async def redescribe(w: Wanderer) -> httpx.Response:
    vendor, product = w.random.choice(w.products)
    change = {"title": uuid4().hex, "brand": w.random.choice((None, "Plain"))}
    version = await w.version("catalog.product", product)
    return await vendor.patch(f"{vendor.path}/products/{product}", change, version)


async def offer(w: Wanderer) -> httpx.Response:
    vendor = w.random.choice(w.vendors)
    body = {"variant_id": w.random.choice(w.variants), "price": w.price(), "stock": 3}
    made = await vendor.post(f"{vendor.path}/offers", body)
    if made.is_success:
        w.offers.append((vendor, made.json()["id"]))
    return made


async def reprice(w: Wanderer) -> httpx.Response:
    vendor, chosen = w.random.choice(w.offers)
    version = await w.version("catalog.offer", chosen)
    change: dict[str, Any] = {"price": w.price(), "sku": w.random.choice((None, "S-9"))}
    return await vendor.patch(f"{vendor.path}/offers/{chosen}", change, version)


async def withdraw(w: Wanderer) -> httpx.Response:
    vendor, chosen = w.random.choice(w.offers)
    match = {"if-match": f'"{await w.version("catalog.offer", chosen)}"'}
    return await vendor.client.delete(f"{vendor.path}/offers/{chosen}", headers=match)


async def count(w: Wanderer) -> httpx.Response:
    """At a place of its own, sometimes."""
    vendor, chosen = w.random.choice(w.offers)
    body: dict[str, Any] = {"delta": w.random.randint(-3, 9), "reason": "counted"}
    if w.random.random() < 0.3:
        place = await vendor.post(f"{vendor.path}/locations", {"name": "Warehouse"})
        body["location_id"] = place.json()["id"]
    return await vendor.post(f"{vendor.path}/offers/{chosen}/stock/adjust", body)


async def stock_so(w: Wanderer) -> httpx.Response:
    vendor, chosen = w.random.choice(w.offers)
    change = {
        "buckets": w.random.choice((1, 2, 3)),
        "allows_backorder": w.random.random() < 0.5,
        "low_at": w.random.choice((None, 0, 4)),
    }
    version = await w.version("inventory.stocking", chosen, "offer_id")
    return await vendor.patch(f"{vendor.path}/offers/{chosen}/stocking", change, version)


async def buy(w: Wanderer) -> httpx.Response | None:
    chosen = w.random.sample(w.offers, min(len(w.offers), w.random.randint(1, 3)))
    quantities = {offer_id: w.random.randint(1, 3) for _, offer_id in chosen}
    person = w.random.choice((None, w.shopper))
    try:
        cart: Cart = await a_cart(w.marketplace, quantities, person, currency="GBP")
    except AssertionError:
        # Something of it is not for sale.
        return None
    token = w.random.choice(TOKENS)
    changes: dict[str, Any] = {}
    if w.random.random() < 0.2:
        changes["payment"] = {"provider": "manual"}
    answer = await cart.completes(token, **changes)
    if answer.is_success:
        w.orders.append(order_of(cart.person, answer))
    return answer


async def pay_again(w: Wanderer) -> httpx.Response:
    order = w.random.choice(w.orders)
    body = {"token": w.random.choice(TOKENS)}
    return await order.person.post(f"{order.path}/payment", body, headers=order.headers)


async def cancel(w: Wanderer) -> httpx.Response:
    return await w.random.choice(w.orders).is_canceled("changed_mind")


async def see_to_part(w: Wanderer) -> httpx.Response | None:
    """As one of the vendors of an order."""
    order, vendor = w.random.choice(w.orders), w.random.choice(w.vendors)
    part = await part_of(w.database, order, vendor)
    if not part.lines:
        # Nothing of the order is the vendor's.
        return None
    match w.random.choice(("accept", "decline", "cancel", "lose", "lose")):
        case "accept":
            return await part.is_accepted()
        case "decline":
            return await part.is_declined()
        case "cancel":
            return await part.is_canceled()
        case _:
            return await part.loses({w.random.choice(part.lines): 1})


async def move_money(w: Wanderer) -> httpx.Response:
    order = w.random.choice(w.orders)
    payment_id = await w.database.fetchval(PAYMENT_OF, order.id)
    step = w.random.choice(("capture", "void"))
    return await w.operator.post(f"{PAYMENTS}/{payment_id}/{step}")


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(buy, see_to_part, move_money, pay_again, cancel, count, stock_so, describe, offer),
        *(reprice, withdraw, show_or_hide, redescribe, open_category, change_category),
        *(rename_vendor, rest, move_vendor, close_vendor, apply_as_vendor),
    )
}
# What a marketplace does all day comes first, and more often.
CHOICES = (*(("buy", "see_to_part", "buy", "move_money", "reprice") * 2), *ACTS)


async def a_wanderer(marketplace: Marketplace, database: asyncpg.Connection) -> Wanderer:
    """One who has something of everything to begin with."""
    operator, shopper = await marketplace.operator(), await marketplace.a_shopper()
    wanderer = Wanderer(marketplace, operator, shopper, database)
    wanderer.vendors = [await marketplace.a_vendor() for _ in range(2)]
    for what in ("open_category", "describe", "describe"):
        await wanderer.does(what, len(wanderer.products))
    for vendor, offer_id in wanderer.offers[:2]:
        price = {"price": {"amount_minor": 1000, "currency": "GBP"}}
        await vendor.patch(f"{vendor.path}/offers/{offer_id}", price, version=1)
    await wanderer.does("buy", 0)
    while not wanderer.orders:
        await wanderer.does("buy", wanderer.random.randint(0, 1000))
    return wanderer
