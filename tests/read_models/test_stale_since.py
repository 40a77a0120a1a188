"""A document that stands still says since when."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from plaza.kernel.actor import Surface
from plaza.kernel.event import Event
from plaza.projecting.projection import Projection
from plaza.read_models.order_page.projection import PROJECTION as ORDER_PAGE
from plaza.read_models.order_page.query import get_order
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.product_page.query import get_product
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from plaza.read_models.vendor_directory.query import get_vendor
from plaza.read_models.vendor_order_queue.projection import PROJECTION as VENDOR_ORDER_QUEUE
from plaza.read_models.vendor_order_queue.query import get_vendor_order
from plaza.read_models.vendor_products.projection import PROJECTION as VENDOR_PRODUCTS
from plaza.read_models.vendor_products.query import get_vendor_product
from plaza.reading.pools import PrivateReads, open_private_pool, open_public_pool
from plaza.reading.postal_address import Recipient
from plaza.settings import Settings
from read_models.catalogue import AProduct, AVendor, on_sale
from read_models.keeping import keep
from read_models.orders import AnOrder, a_line

PARK = """
    INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
    VALUES ($1, $2, $1, $3, 1, 'infinity', 'KeyError: name') RETURNING since
"""

Ask = Callable[[asyncpg.Pool, PrivateReads], Awaitable[bytes]]


async def nobody(_: UUID) -> Recipient | None:
    return None


class Case(msgspec.Struct):
    """A question, the facts that make its answer, and the document that this is."""

    projection: Projection
    story: list[Event]
    key: UUID
    ask: Ask


def of_a_product() -> Case:
    vendor = AVendor()
    product = AProduct(vendor)

    async def ask(pool: asyncpg.Pool, _: PrivateReads) -> bytes:
        return (await get_product(pool, str(product.id))).body

    return Case(PRODUCT_PAGE, [*vendor.approved(), *on_sale(product)], product.id, ask)


def of_a_vendor() -> Case:
    vendor = AVendor()

    async def ask(pool: asyncpg.Pool, _: PrivateReads) -> bytes:
        return (await get_vendor(pool, str(vendor.id))).body

    return Case(VENDOR_DIRECTORY, vendor.approved(), vendor.id, ask)


def of_a_vendors_product() -> Case:
    vendor = AVendor()
    product = AProduct(vendor)

    async def ask(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
        return await get_vendor_product(reads, vendor.id, product.id)

    return Case(VENDOR_PRODUCTS, [*vendor.approved(), *on_sale(product)], product.id, ask)


def of_an_order() -> Case:
    order, vendor = AnOrder(), AVendor()
    order.of(vendor, a_line())

    async def ask(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
        return await get_order(reads, nobody, Surface(order_id=order.id), order.id)

    return Case(ORDER_PAGE, [*vendor.approved(), *order.created()], order.id, ask)


def of_a_vendor_order() -> Case:
    order, vendor = AnOrder(), AVendor()
    part = order.of(vendor, a_line())

    async def ask(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
        return await get_vendor_order(reads, nobody, vendor.id, part.id)

    return Case(VENDOR_ORDER_QUEUE, [*part.created(), part.placed()], part.id, ask)


CASES = [of_a_product, of_a_vendor, of_a_vendors_product, of_an_order, of_a_vendor_order]


@pytest_asyncio.fixture(loop_scope="session")
async def pool(fresh_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    assert fresh_settings.database_url is not None
    opened = await open_public_pool(fresh_settings.database_url, 1)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def reads(fresh_settings: Settings) -> AsyncIterator[PrivateReads]:
    assert fresh_settings.database_url is not None
    opened = await open_private_pool(fresh_settings.database_url, 1)
    yield opened
    await opened.close()


async def parked(settings: Settings, name: str, build: int, key: UUID) -> datetime:
    connection = await asyncpg.connect(settings.database_url)
    try:
        since: datetime = await connection.fetchval(PARK, name, build, key)
    finally:
        await connection.close()
    return since


@pytest.mark.parametrize("case_of", CASES)
async def test_a_document_that_is_parked_says_since_when(
    case_of: Callable[[], Case], fresh_settings: Settings, pool: asyncpg.Pool, reads: PrivateReads
) -> None:
    case = case_of()
    await keep(fresh_settings, case.projection, *case.story)
    before = msgspec.json.decode(await case.ask(pool, reads))
    assert "stale_since" not in before

    since = await parked(fresh_settings, case.projection.name, 1, case.key)

    shown = msgspec.json.decode(await case.ask(pool, reads))
    assert datetime.fromisoformat(shown.pop("stale_since")) == since
    assert shown == before


async def test_what_is_parked_in_a_build_that_nobody_reads_is_not_said(
    fresh_settings: Settings, pool: asyncpg.Pool, reads: PrivateReads
) -> None:
    case = of_a_product()
    await keep(fresh_settings, case.projection, *case.story)
    await parked(fresh_settings, case.projection.name, 2, case.key)
    assert "stale_since" not in msgspec.json.decode(await case.ask(pool, reads))
