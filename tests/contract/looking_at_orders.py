"""Orders as they are read by everybody whom they concern, seen by a witness."""

from typing import Any
from uuid import uuid4

from actors import Marketplace, Vendor
from shopping import a_cart, an_offer


async def look_at_orders(marketplace: Marketplace, operator: Any) -> None:
    """Every question about orders, with and without what may be missing; and refusals."""
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    anybody = marketplace.anybody
    bearer = {"headers": dict(shopper.client.headers)}
    offer = await an_offer(vendor, media=[{"url": "/media/1.svg", "alt": "A chair"}])
    order = await (await a_cart(marketplace, {offer: 2}, shopper)).buys()
    guests = await (await a_cart(marketplace, {offer: 1})).buys()
    await anybody.get(order.path, **bearer)
    await anybody.get(guests.path, headers=guests.headers)
    await operator.post(f"/v1/operations/orders/{guests.id}/erase-address")
    await anybody.get(guests.path, headers=guests.headers)
    await anybody.get("/v1/orders", **bearer)
    await anybody.get("/v1/account/export", **bearer)
    await operator.get("/v1/operations/payments", params={"provider": "sandbox", "limit": 2})
    await _look_at_queue(marketplace, vendor)
    await anybody.get(guests.path)
    await anybody.get(f"/v1/orders/{uuid4()}", headers=guests.headers)
    await anybody.get("/v1/orders", params={"status": "lost"}, **bearer)


async def _look_at_queue(marketplace: Marketplace, vendor: Vendor) -> None:
    """The vendor's own client has no witness."""
    anybody, path = marketplace.anybody, f"{vendor.path}/orders"
    bearer = {"headers": dict(vendor.client.headers)}

    async def is_seen() -> bool:
        listed = await anybody.get(path, params={"limit": 1}, **bearer)
        return bool(listed.json()["next_cursor"])

    await marketplace.until(is_seen)
    (one, _) = (await anybody.get(path, **bearer)).json()["items"]
    await anybody.get(path, params={"sort": "due", "placed_from": one["placed_at"]}, **bearer)
    await anybody.get(path, params={"placed_to": "yesterday"}, **bearer)
    await anybody.get(f"{path}/{one['id']}", **bearer)
    await anybody.get(f"{path}/{uuid4()}", **bearer)
