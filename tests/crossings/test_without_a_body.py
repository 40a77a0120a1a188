"""Where nothing has to be said, nothing has to be sent."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest_asyncio

from actors import Marketplace, open_marketplace
from plaza.settings import Settings
from shopping import Order, a_cart, an_offer
from vendor_parts import Part, part_of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def careful(settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace whose vendors accept what they sell."""
    async with open_marketplace(
        msgspec.structs.replace(settings, vendor_acceptance=True)
    ) as opened:
        yield opened


async def bought(marketplace: Marketplace, database: asyncpg.Connection) -> tuple[Order, Part]:
    vendor = await marketplace.a_vendor()
    order = await (await a_cart(marketplace, {await an_offer(vendor): 1})).buys()
    return order, await part_of(database, order, vendor)


async def test_a_cart_is_begun(marketplace: Marketplace) -> None:
    begun = await marketplace.anybody.post("/v1/carts")

    assert begun.status_code == 201, begun.text
    assert (begun.json()["currency"], begun.json()["vendors"]) == ("GBP", [])


async def test_an_order_and_a_vendors_part_are_canceled_whole_and_declined(
    careful: Marketplace, database: asyncpg.Connection
) -> None:
    order, _ = await bought(careful, database)
    _, part = await bought(careful, database)
    _, unwanted = await bought(careful, database)

    answers = [
        await order.person.post(f"{order.path}/cancel", headers=order.headers),
        await part.vendor.post(f"{part.path}/cancel"),
        await unwanted.vendor.post(f"{unwanted.path}/decline"),
    ]

    told = [(answer.status_code, answer.json()["status"]) for answer in answers]
    assert told == [(200, "canceled"), (200, "canceled"), (200, "declined")]
