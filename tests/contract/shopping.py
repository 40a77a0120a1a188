"""A cart from its beginning to its claim, seen by a witness."""

from typing import Any
from uuid import uuid4

from actors import Marketplace, Vendor
from contexts.ordering.an_address import an_address
from contexts.ordering.carts import HeldCart, a_cart, an_offer, lines_of

BOOK = "/v1/account/addresses"


async def fill_carts(marketplace: Marketplace) -> None:
    """Every command of carts, with problems in the answers, and refusals."""
    vendor, anybody = await marketplace.a_vendor(), marketplace.anybody
    offer, other = await an_offer(vendor, stock=1, sku="SKU-7"), await an_offer(vendor)
    cart = await a_cart(anybody, (offer, 2), address=an_address(phone="+44 20 7946 0000"))
    await cart.adds(other)
    await cart.adds_all((offer, 1), (other, 1))
    (line, *_) = lines_of(await cart.shows())
    await cart.changes(line["id"], 3)
    await cart.removes(line["id"])
    await cart.asks("PUT", "/address", an_address(email="ada@plaza.example"))
    await _meet_problems(cart, vendor, offer, other)
    await _be_refused(cart)
    shopper = await marketplace.a_shopper()
    bearer = dict(shopper.client.headers)
    await cart.asks("POST", "/claim", None, **bearer)
    await anybody.get("/v1/carts", headers=bearer)
    await anybody.get("/v1/account/memberships", headers=bearer)


async def keep_addresses(marketplace: Marketplace) -> None:
    """An address book, by somebody who has filled a cart before."""
    shopper, anybody, book = await marketplace.a_shopper(), marketplace.anybody, BOOK
    bearer: dict[str, Any] = {"headers": dict(shopper.client.headers)}
    whole = an_address(line2="Flat 3", region="Bath", phone="+44 20 7946 0000")
    first = (await anybody.post(book, whole, **bearer)).json()
    await anybody.post(book, an_address(is_default=True), **bearer)
    await anybody.post(book, {"name": ""}, **bearer)
    await anybody.patch(f"{book}/{first['id']}", {"line2": None}, **bearer)
    await anybody.patch(f"{book}/{uuid4()}", {"city": "Bath"}, **bearer)
    await anybody.post(f"{book}/{first['id']}/default", **bearer)
    await anybody.get(book, params={"limit": 1}, **bearer)
    await anybody.get("/v1/account/export", **bearer)
    await anybody.client.delete(f"{book}/{first['id']}", **bearer)
    await anybody.get(book)


async def _meet_problems(cart: HeldCart, vendor: Vendor, offer: str, other: str) -> None:
    await cart.adds(offer, 5)
    await cart.adds(other)
    price = {"price": {"amount_minor": 1, "currency": "GBP"}}
    await vendor.patch(f"{vendor.path}/offers/{offer}", price, version=1)
    await vendor.client.delete(f"{vendor.path}/offers/{other}", headers={"if-match": '"1"'})
    await cart.shows()
    await vendor.post(f"{vendor.path}/pause", {})
    shown = await cart.shows()
    await vendor.post(f"{vendor.path}/resume")
    codes = {problem["code"] for problem in shown["problems"]}
    assert codes == {"insufficient_stock", "price_changed", "unavailable", "vendor_paused"}


async def _be_refused(cart: HeldCart) -> None:
    anybody = cart.holder
    await cart.adds(str(uuid4()))
    await cart.changes(str(uuid4()), 1)
    await cart.asks("PUT", "/address", {"name": ""})
    await anybody.get(cart.path)
    await anybody.get(cart.path, headers={"authorization": "Bearer of nobody"})
    await anybody.post("/v1/carts", {"currency": "XQX"})
    await anybody.post(f"{cart.path}/claim")
