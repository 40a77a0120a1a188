"""What nobody is shown of a vendor that is suspended, paused or closed, in no public read model."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.contexts.vendors.events import VENDOR_FACE
from plaza.kernel.event import Event
from plaza.kernel.refusals import NotThere
from plaza.read_models.category_tree import projection as category_tree
from plaza.read_models.category_tree.query import list_categories
from plaza.read_models.product_listing import projection as product_listing
from plaza.read_models.product_listing.query import ProductsWanted, list_products
from plaza.read_models.product_page import projection as product_page
from plaza.read_models.product_page.query import get_product
from plaza.read_models.vendor_directory import projection as vendor_directory
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.cursor import Cursors
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, on_sale, pounds
from read_models.conftest import Shown

CURSORS = Cursors(b"a key of the tests")

Look = Callable[[asyncpg.Connection, AVendor, AProduct], Awaitable[bool]]
"""Whether anything of the vendor is shown."""


async def in_categories(pool: asyncpg.Connection, _: AVendor, __: AProduct) -> bool:
    (node,) = msgspec.json.decode(await list_categories(pool))["items"]
    return bool(node["product_count"])


async def in_listing(pool: asyncpg.Connection, _: AVendor, __: AProduct) -> bool:
    wanted = ProductsWanted(currency="GBP")
    page = msgspec.json.decode(await list_products(pool, CURSORS, wanted, 24, None))
    return bool(page["items"])


async def on_page(pool: asyncpg.Connection, _: AVendor, product: AProduct) -> bool:
    try:
        page = msgspec.json.decode(await get_product(pool, str(product.id)))
    except NotThere:
        return False
    return bool(page["offers"])


async def in_directory(pool: asyncpg.Connection, _: AVendor, __: AProduct) -> bool:
    return bool(msgspec.json.decode(await list_vendors(pool, CURSORS, 24, None))["items"])


async def on_its_own_page(pool: asyncpg.Connection, vendor: AVendor, _: AProduct) -> bool:
    try:
        await get_vendor(pool, str(vendor.id))
    except NotThere:
        return False
    return True


LOOKS = {
    "listCategories": (category_tree.PROJECTION, in_categories),
    "listProducts": (product_listing.PROJECTION, in_listing),
    "getProduct": (product_page.PROJECTION, on_page),
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
    story = [*vendor.approved(), category.created(), *on_sale(product, offer)]
    pool = await written(projection, *story, *happened(vendor))
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
