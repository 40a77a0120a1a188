"""What nobody is shown of a vendor that is suspended, paused or closed, in no public read model."""

from collections.abc import Awaitable, Callable
from typing import cast
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from redis.asyncio import Redis

from plaza.bootstrap import PROJECTIONS
from plaza.contexts.vendors.events import VENDOR_FACE
from plaza.kernel.event import Event
from plaza.read_models.bestsellers import projection as bestsellers
from plaza.read_models.bestsellers.query import BestsellersWanted, list_bestsellers
from plaza.read_models.category_tree import projection as category_tree
from plaza.read_models.category_tree.query import list_categories
from plaza.read_models.product_listing import projection as product_listing
from plaza.read_models.product_listing.query import ProductsWanted, list_products
from plaza.read_models.product_page import projection as product_page
from plaza.read_models.product_page.query import get_product
from plaza.read_models.product_suggestions import projection as product_suggestions
from plaza.read_models.product_suggestions.query import suggest_products
from plaza.read_models.product_suggestions.spelling import spelled
from plaza.read_models.vendor_directory import projection as vendor_directory
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.cursor import Cursors
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, pounds
from read_models.conftest import Shown
from read_models.orders import AnOrder, a_line
from read_models.sorting import NO_SERVER, nothing_sorted

CURSORS = Cursors(b"a key of the tests")
TITLE = "Oak chair"
NOTHING_SORTED = nothing_sorted(Redis.from_url(NO_SERVER))

Look = Callable[[asyncpg.Pool, AVendor, AProduct], Awaitable[bool]]
"""Whether anything of the vendor is shown."""


async def in_categories(pool: asyncpg.Pool, _: AVendor, __: AProduct) -> bool:
    (node,) = msgspec.json.decode((await list_categories(pool)).body)["items"]
    return bool(node["product_count"])


async def in_listing(pool: asyncpg.Pool, _: AVendor, __: AProduct) -> bool:
    wanted = ProductsWanted(currency="GBP")
    page = msgspec.json.decode((await list_products(pool, CURSORS, wanted, 24, None)).body)
    return bool(page["items"])


async def on_page(pool: asyncpg.Pool, _: AVendor, product: AProduct) -> bool:
    page = await get_product(pool, str(product.id))
    return page.status == 200 and bool(msgspec.json.decode(page.body)["offers"])


async def in_suggestions(pool: asyncpg.Pool, _: AVendor, __: AProduct) -> bool:
    found = await suggest_products(pool, NOTHING_SORTED, spelled(TITLE))
    return bool(msgspec.json.decode(found.body)["items"])


async def in_bestsellers(pool: asyncpg.Pool, _: AVendor, __: AProduct) -> bool:
    wanted = BestsellersWanted(currency="GBP", category=None, limit=24)
    found = await list_bestsellers(pool, NOTHING_SORTED, wanted)
    return bool(msgspec.json.decode(found.body)["items"])


async def in_directory(pool: asyncpg.Pool, _: AVendor, __: AProduct) -> bool:
    return bool(msgspec.json.decode((await list_vendors(pool, CURSORS, 24, None)).body)["items"])


async def on_its_own_page(pool: asyncpg.Pool, vendor: AVendor, _: AProduct) -> bool:
    return (await get_vendor(pool, str(vendor.id))).status == 200


LOOKS = {
    "listCategories": (category_tree.PROJECTION, in_categories),
    "listProducts": (product_listing.PROJECTION, in_listing),
    "getProduct": (product_page.PROJECTION, on_page),
    "suggestProducts": (product_suggestions.PROJECTION, in_suggestions),
    "listBestsellers": (bestsellers.PROJECTION, in_bestsellers),
    "listVendors": (vendor_directory.PROJECTION, in_directory),
    "getVendor": (vendor_directory.PROJECTION, on_its_own_page),
}

HIDDEN = {
    "suspended": lambda v: [v.suspended()],
    "paused": lambda v: [v.paused()],
    "closed": lambda v: [v.closed()],
    "suspended and paused": lambda v: [v.suspended(), v.paused()],
    "reinstated while paused": lambda v: [v.paused(), v.suspended(), v.reinstated()],
    "resumed while suspended": lambda v: [v.paused(), v.suspended(), v.resumed()],
}

SHOWN = {
    "approved": lambda _: [],
    "reinstated": lambda v: [v.suspended(), v.reinstated()],
    "resumed": lambda v: [v.paused(), v.resumed()],
    "paused anew and resumed": lambda v: [v.paused(), v.paused(), v.resumed()],
    "both ended": lambda v: [v.paused(), v.suspended(), v.resumed(), v.reinstated()],
}

PRIVATE = {"order_page"}
"""Who has bought of a vendor sees of whom it was also when it sells no more."""


async def is_shown(
    written: Shown, operation_id: str, happened: Callable[[AVendor], list[Event]]
) -> bool:
    projection, look = LOOKS[operation_id]
    vendor, category = AVendor(), ACategory()
    product = AProduct(vendor, category, id=uuid4())
    offer = AnOffer(product, vendor).created(pounds(100))
    order = AnOrder().of(vendor, a_line(product_id=product.id))
    story = [*vendor.approved(), category.created()]
    story += [product.created(title=TITLE), offer, product.published()]
    story += [*order.created(), order.placed()]
    connection = await written(projection, *story, *happened(vendor))
    # Queries ask a connection just as they ask a pool.
    pool = cast("asyncpg.Pool", connection)
    return await look(pool, vendor, product)


def test_every_public_read_model_that_shows_vendors_is_looked_at() -> None:
    showing = {p.name for p in PROJECTIONS for d in p.documents if d.on is VENDOR_FACE}
    assert showing - PRIVATE == {projection.name for projection, _ in LOOKS.values()}


@pytest.mark.parametrize("operation_id", LOOKS)
@pytest.mark.parametrize("state", HIDDEN)
async def test_nothing_is_shown_of_a_vendor_that_is(
    written: Shown, operation_id: str, state: str
) -> None:
    assert not await is_shown(written, operation_id, HIDDEN[state])


@pytest.mark.parametrize("operation_id", LOOKS)
@pytest.mark.parametrize("state", SHOWN)
async def test_everything_is_shown_of_a_vendor_that_is(
    written: Shown, operation_id: str, state: str
) -> None:
    assert await is_shown(written, operation_id, SHOWN[state])
