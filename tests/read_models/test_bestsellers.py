"""What sold best; Redis and the tables say the same, down to the byte."""

from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.contexts.ordering.events import (
    VendorOrderCanceled,
    VendorOrderDeclined,
    VendorOrderEnded,
    VendorOrderExpired,
    VendorOrderFailed,
)
from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.read_models.bestsellers.projection import PROJECTION
from plaza.read_models.bestsellers.query import BestsellersWanted, list_bestsellers
from plaza.read_models.bestsellers.sorted_sets import SORTED_SETS
from plaza.settings import Settings
from plaza.web.strict_json import InvalidInput
from plaza.writing.engine import open_redis
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, euros, on_sale, pounds
from read_models.conftest import Shown
from read_models.given import given
from read_models.orders import AnOrder, AVendorOrder, a_line
from read_models.sorting import Shelf, nothing_sorted
from read_models.test_all_projections import batches_of

Best = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest_asyncio.fixture(loop_scope="session")
async def redis(quiet_settings: Settings) -> AsyncIterator[Redis]:
    async with open_redis(quiet_settings) as client:
        yield client


@pytest.fixture
def best(written: Shown, redis: Redis) -> Best:
    """The cards of what sold best after these events."""

    async def ask(*events: Event, **asked: Any) -> list[dict[str, Any]]:
        pool = await written(PROJECTION, *events)
        asked = {"currency": "GBP", "category": None, "limit": 24} | asked
        wanted = BestsellersWanted(**asked)
        from_tables = await list_bestsellers(pool, nothing_sorted(redis), wanted)
        shelf = Shelf(redis, pool, SORTED_SETS)
        writer = await shelf.filled()
        found = await list_bestsellers(pool, shelf.reads, wanted)
        await writer.stop()
        assert found.body == from_tables.body
        items: list[dict[str, Any]] = msgspec.json.decode(found.body)["items"]
        return items

    return ask


def ids(cards: list[dict[str, Any]]) -> list[str]:
    return [card["id"] for card in cards]


def sold(vendor: AVendor, **units: AProduct) -> AVendorOrder:
    """A vendor order of so many units: `n3=chair` for three chairs."""
    lines = [a_line(int(n[1:]), product_id=product.id) for n, product in units.items()]
    return AnOrder().of(vendor, *lines)


def bought(vendor: AVendor, **units: AProduct) -> list[Event]:
    order = sold(vendor, **units)
    return [*order.created(), order.placed()]


def offered(vendor: AVendor, category: ACategory | None = None) -> tuple[AProduct, list[Event]]:
    product = AProduct(vendor, category)
    return product, on_sale(product, AnOffer(product, vendor).created(pounds(100)))


async def test_what_sold_most_units_comes_first(best: Best) -> None:
    vendor = AVendor()
    (chair, chairs), (table, tables), (_, unsold) = (offered(vendor) for _ in range(3))
    story = [*vendor.approved(), *chairs, *tables, *unsold]
    story += [*bought(vendor, n2=chair, n3=table), *bought(vendor, n2=chair)]
    assert ids(await best(*story)) == [str(chair.id), str(table.id)]
    assert ids(await best(*story, limit=1)) == [str(chair.id)]


async def test_an_order_counts_once_it_is_placed(best: Best) -> None:
    vendor = AVendor()
    chair, chairs = offered(vendor)
    order = sold(vendor, n1=chair)
    story = [*vendor.approved(), *chairs, *order.created()]
    assert await best(*story) == []
    assert ids(await best(*story, order.placed())) == [str(chair.id)]


async def test_what_is_canceled_does_not_count(best: Best) -> None:
    vendor = AVendor()
    (chair, chairs), (table, tables) = offered(vendor), offered(vendor)
    order = sold(vendor, n5=chair, n3=table)
    story = [*vendor.approved(), *chairs, *tables, *order.created(), order.placed()]
    assert ids(await best(*story)) == [str(chair.id), str(table.id)]
    partly = [*story, order.lines_canceled({0: 3}, 3000)]
    assert ids(await best(*partly)) == [str(table.id), str(chair.id)]
    assert ids(await best(*story, order.lines_canceled({0: 5}, 5000))) == [str(table.id)]


@pytest.mark.parametrize(
    "ending", [VendorOrderCanceled, VendorOrderDeclined, VendorOrderExpired, VendorOrderFailed]
)
async def test_an_order_of_which_nothing_is_left_does_not_count(
    best: Best, ending: type[VendorOrderEnded]
) -> None:
    vendor = AVendor()
    chair, chairs = offered(vendor)
    order = sold(vendor, n5=chair)
    story = [*vendor.approved(), *chairs, *order.created(), order.placed()]
    assert await best(*story, order.ended(ending)) == []


async def test_a_category_counts_what_sells_below_it(best: Best) -> None:
    vendor, above = AVendor(), ACategory()
    below, beside = ACategory(parent_id=above.id), ACategory()
    (chair, chairs), (lamp, lamps) = offered(vendor, below), offered(vendor, beside)
    story = [*vendor.approved(), *(c.created() for c in (above, below, beside)), *chairs, *lamps]
    story += bought(vendor, n1=chair, n2=lamp)
    assert ids(await best(*story)) == [str(lamp.id), str(chair.id)]
    assert ids(await best(*story, category=str(above.id))) == [str(chair.id)]
    assert ids(await best(*story, category=f"category-{below.id}")) == [str(chair.id)]
    assert ids(await best(*story, category=str(beside.id))) == [str(lamp.id)]


async def test_a_category_that_there_is_not_is_refused(best: Best) -> None:
    with pytest.raises(InvalidInput):
        await best(category="nothing")


async def test_the_card_shows_the_lowest_price_of_whoever_is_listed(best: Best) -> None:
    cheap, dear = AVendor(), AVendor()
    product = AProduct(dear)
    offers = [AnOffer(product, dear), AnOffer(product, cheap)]
    story = [*cheap.approved(), *dear.approved()]
    story += on_sale(product, offers[0].created(pounds(200)), offers[1].created(pounds(100)))
    story += bought(dear, n1=product)
    (card,) = await best(*story)
    assert (card["price"], card["offer_id"]) == (
        {"amount_minor": 100, "currency": "GBP"},
        str(offers[1].id),
    )
    (card,) = await best(*story, cheap.suspended())
    assert card["offer_id"] == str(offers[0].id)
    assert await best(*story, cheap.suspended(), dear.paused()) == []


async def test_only_what_is_on_sale_in_the_currency_is_shown(best: Best) -> None:
    vendor = AVendor()
    (chair, chairs), product = offered(vendor), AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = [*vendor.approved(), *chairs, *on_sale(product, offer.created(euros(100)))]
    story += bought(vendor, n1=chair, n9=product)
    assert ids(await best(*story)) == [str(chair.id)]
    assert ids(await best(*story, currency="EUR")) == [str(product.id)]
    assert await best(*story, offer.withdrawn(), currency="EUR") == []
    assert await best(*story, chair.unpublished()) == []


UNITS = "SELECT product_id, units FROM read.bestsellers_units_v1 WHERE units <> 0 ORDER BY 1"
SUMS = "SELECT product_id, sum(units) FROM read.bestsellers_sale_v1 GROUP BY 1 ORDER BY 1"


@pytest.mark.parametrize("seed", range(3))
async def test_the_units_of_a_product_are_the_sum_of_its_sales(
    connection: asyncpg.Connection, seed: int
) -> None:
    random = Random(seed)  # noqa: S311  no secret
    products = [AProduct(AVendor()) for _ in range(4)]
    facts = given(*(event for _ in range(60) for event in sale(random, products))).told(PROJECTION)
    tables = await BuildTables.of(connection, PROJECTION, 1)
    for batch in batches_of(facts, random):
        await tables.write(connection, batch)
        units = [tuple(row) for row in await connection.fetch(UNITS)]
        assert units == [tuple(row) for row in await connection.fetch(SUMS)]
    assert len(units) == len(products)


def sale(random: Random, products: list[AProduct]) -> list[Event]:
    """An order of several lines, some of one product; some of it may be canceled, or all."""
    lines = [
        a_line(random.randint(1, 5), product_id=random.choice(products).id)
        for _ in range(random.randint(1, 6))
    ]
    order = AnOrder().of(AVendor(), *lines)
    canceled = [order.lines_canceled({0: random.randint(1, lines[0].quantity)}, 1)]
    ends = random.choice(([], canceled, [order.ended(VendorOrderCanceled)]))
    return [*order.created(), order.placed(), *ends]


async def test_what_an_order_was_for_is_not_public(written: Shown) -> None:
    reader = await written(PROJECTION)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.fetch("SELECT * FROM read.bestsellers_sale_v1")
