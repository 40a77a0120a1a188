"""Items of lists that stand still say since when, and so does what shows a document beside its own.

All on one database, since nothing but rows is needed.
"""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.payments.events import PaymentRequested
from plaza.kernel.actor import Surface
from plaza.projecting.projection import Projection
from plaza.read_models.order_history.projection import PROJECTION as ORDER_HISTORY
from plaza.read_models.order_history.query import list_orders
from plaza.read_models.order_page.projection import PROJECTION as ORDER_PAGE
from plaza.read_models.order_page.query import get_order
from plaza.read_models.payment_list.projection import PROJECTION as PAYMENT_LIST
from plaza.read_models.payment_list.query import list_payments
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from plaza.read_models.product_listing.query import ProductsWanted, list_products
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.product_page.query import get_product
from plaza.read_models.stock_overview.projection import PROJECTION as STOCK_OVERVIEW
from plaza.read_models.stock_overview.query import StockWanted, list_stock
from plaza.read_models.vendor_applications.projection import PROJECTION as VENDOR_APPLICATIONS
from plaza.read_models.vendor_applications.query import list_vendor_applications
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from plaza.read_models.vendor_directory.query import list_vendors
from plaza.read_models.vendor_order_queue.projection import PROJECTION as VENDOR_ORDER_QUEUE
from plaza.read_models.vendor_order_queue.query import OrdersWanted, list_vendor_orders
from plaza.read_models.vendor_products.projection import PROJECTION as VENDOR_PRODUCTS
from plaza.read_models.vendor_products.query import list_vendor_products
from plaza.reading.cursor import Cursors
from plaza.reading.pools import PrivateReads, open_private_pool, open_public_pool
from plaza.reading.postal_address import Recipient
from plaza.settings import Settings
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, on_sale, pounds
from read_models.keeping import keep
from read_models.orders import NOON, AnOrder, a_line

PARK = """
    INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
    VALUES ($1, 1, $2, $3, 1, 'infinity', 'KeyError: name') RETURNING since
"""

CURSORS = Cursors(bytes(32))

Ask = Callable[[asyncpg.Pool, PrivateReads], Awaitable[bytes]]


class Shown(NamedTuple):
    """A document, and a question whose answer shows it."""

    projection: Projection
    document: str
    key: UUID
    ask: Ask


class World:
    """One of everything."""

    def __init__(self) -> None:
        self.vendor, self.category, self.order = AVendor(), ACategory(), AnOrder()
        self.product = AProduct(self.vendor, self.category)
        self.offer = AnOffer(self.product, self.vendor)
        self.part = self.order.of(self.vendor, a_line())
        self.story = [
            *self.vendor.approved(),
            self.category.created(),
            *on_sale(self.product, self.offer.created(pounds(100)), self.offer.stocked(3)),
            *self.order.created(),
            self.order.paid(PaymentRequested, "pending", created_at=NOON),
            *self.order.placed(),
        ]

    def shows(self) -> list[Shown]:
        return [*self._to_everybody(), *self._to_vendors(), *self._to_others()]

    def _to_everybody(self) -> list[Shown]:
        async def listing(pool: asyncpg.Pool, _: PrivateReads) -> bytes:
            return (
                await list_products(pool, CURSORS, ProductsWanted(currency="GBP"), 5, None)
            ).body

        async def page(pool: asyncpg.Pool, _: PrivateReads) -> bytes:
            return (await get_product(pool, str(self.product.id))).body

        async def vendors(pool: asyncpg.Pool, _: PrivateReads) -> bytes:
            return (await list_vendors(pool, CURSORS, 5, None)).body

        return [
            Shown(PRODUCT_LISTING, "product_listing", self.product.id, listing),
            Shown(PRODUCT_LISTING, "product_listing_vendor", self.vendor.id, listing),
            Shown(PRODUCT_LISTING, "product_listing_category", self.category.id, listing),
            Shown(PRODUCT_PAGE, "product_page_vendor", self.vendor.id, page),
            Shown(PRODUCT_PAGE, "product_page_category", self.category.id, page),
            Shown(VENDOR_DIRECTORY, "vendor_directory", self.vendor.id, vendors),
        ]

    def _to_vendors(self) -> list[Shown]:
        vendor_id = self.vendor.id

        async def products(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            return await list_vendor_products(reads, CURSORS, vendor_id, None, 5, None)

        async def orders(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            wanted = OrdersWanted(vendor_id=vendor_id)
            return await list_vendor_orders(reads, CURSORS, wanted, 5, None)

        async def stock(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            wanted = StockWanted(vendor_id=vendor_id, low_stock_at=2)
            return await list_stock(reads, CURSORS, wanted, 5, None)

        return [
            Shown(VENDOR_PRODUCTS, "vendor_products", self.product.id, products),
            Shown(VENDOR_ORDER_QUEUE, "vendor_order_queue", self.part.id, orders),
            Shown(STOCK_OVERVIEW, "stock_overview", self.offer.id, stock),
            Shown(STOCK_OVERVIEW, "stock_overview_product", self.product.id, stock),
        ]

    def _to_others(self) -> list[Shown]:
        account_id = self.order.account_id
        assert account_id is not None

        async def nobody(_: UUID) -> Recipient | None:
            return None

        async def no_contacts(_: object) -> dict[UUID, str]:
            return {}

        async def history(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            return await list_orders(reads, CURSORS, account_id, None, 5, None)

        async def order(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            surface = Surface(order_id=self.order.id)
            return await get_order(reads, nobody, surface, self.order.id)

        async def payments(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            return await list_payments(reads, CURSORS, None, None, 5, None)

        async def applications(_: asyncpg.Pool, reads: PrivateReads) -> bytes:
            return await list_vendor_applications(reads, no_contacts, CURSORS, None, 5, None)

        return [
            Shown(ORDER_HISTORY, "order_history", self.order.id, history),
            Shown(ORDER_PAGE, "order_page_lines", self.part.id, order),
            Shown(ORDER_PAGE, "order_page_vendor", self.vendor.id, order),
            Shown(PAYMENT_LIST, "payment_list", self.order.id, payments),
            Shown(VENDOR_APPLICATIONS, "vendor_applications", self.vendor.id, applications),
        ]


@asynccontextmanager
async def asking(settings: Settings) -> AsyncIterator[Callable[[Ask], Awaitable[dict[str, Any]]]]:
    """Asks for the only item of a list, or for a document by itself."""
    assert settings.database_url is not None
    pool = await open_public_pool(settings.database_url, 1)
    reads = await open_private_pool(settings.database_url, 1)

    async def told(ask: Ask) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.json.decode(await ask(pool, reads))
        if "next_cursor" in document:
            (document,) = document["items"]
        return document

    try:
        yield told
    finally:
        await pool.close()
        await reads.close()


async def test_what_shows_a_parked_document_says_since_when(fresh_settings: Settings) -> None:
    # fault 38
    world = World()
    for projection, _ in itertools.groupby(world.shows(), lambda shown: shown.projection):
        await keep(fresh_settings, projection, *world.story)
    connection = await asyncpg.connect(fresh_settings.database_url)
    async with asking(fresh_settings) as told:
        for shown in world.shows():
            before = await told(shown.ask)
            assert "stale_since" not in before, shown.document
            place = (shown.projection.name, shown.document, shown.key)
            since = await connection.fetchval(PARK, *place)
            after = await told(shown.ask)
            assert "stale_since" in after, shown.document
            assert datetime.fromisoformat(after.pop("stale_since")) == since
            assert after == before
            await connection.execute("DELETE FROM projecting.parked")
    await connection.close()
