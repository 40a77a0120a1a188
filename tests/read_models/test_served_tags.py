"""No answer changes unless a tag that it carries is touched."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import product as every
from random import Random
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec
import pytest

from plaza.contexts.catalog.events import CategoryCreated
from plaza.kernel.event import Event
from plaza.outbox.channels import everything
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection
from plaza.read_models.category_tree.projection import PROJECTION as TREE
from plaza.read_models.category_tree.query import list_categories
from plaza.read_models.product_listing.projection import PROJECTION as LISTING
from plaza.read_models.product_listing.query import ORDERS, ProductsWanted, list_products
from plaza.read_models.product_page.projection import PROJECTION as PAGE
from plaza.read_models.product_page.query import get_product
from plaza.read_models.vendor_directory.projection import PROJECTION as DIRECTORY
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.cursor import Cursors
from plaza.reading.entry import Rendered
from plaza.web.strict_json import InvalidInput
from read_models.chatter import Chatter
from read_models.given import given

FACTS = 500
SEEDS = (5, 11)
CURSORS = Cursors(b"a key of the tests")

Ask = Callable[[asyncpg.Pool], Awaitable[Rendered]]


def a_story(projection: Projection, random: Random) -> list[Event]:
    """Much is said, things change their slugs now and then, and categories make a tree."""
    story: list[Event] = []
    for event in Chatter(random, projection).tells(FACTS):
        said: dict[str, Any] = {}
        if "slug" in event.__struct_fields__:
            said["slug"] = _slug(event.aggregate_id, random.randint(0, 1))
        if "parent_id" in event.__struct_fields__:
            known = {e.category_id for e in story if isinstance(e, CategoryCreated)}
            above = sorted(of for of in known if of < event.aggregate_id)
            said["parent_id"] = random.choice([None, *above])
        story.append(msgspec.structs.replace(event, **said))
    return story


def _slug(of: UUID, n: int) -> str:
    return f"slug-{of}-{n}"


def ids_in(story: list[Event], field: str) -> list[UUID]:
    return sorted({getattr(event, field, None) or UUID(int=0) for event in story})


def names_in(story: list[Event], field: str) -> list[str]:
    ids = ids_in(story, field)
    return [str(of) for of in ids] + [_slug(of, n) for of in ids for n in (0, 1)]


def pages(story: list[Event]) -> list[Ask]:
    return [partial(get_product, name=name) for name in names_in(story, "product_id")]


def listings(story: list[Event]) -> list[Ask]:
    filters: list[dict[str, Any]] = [{}, {"in_stock": True}, {"price_max": 2}]
    filters += [{"category": str(of)} for of in ids_in(story, "category_id")]
    filters += [{"vendor": name} for name in names_in(story, "vendor_id")]
    asks: list[Ask] = []
    for wanted, sort in every(filters, ("newest", "price_asc")):
        assert sort in ORDERS
        question = ProductsWanted(currency="GBP", sort=sort, **wanted)
        ask = partial(list_products, cursors=CURSORS, wanted=question, limit=2, cursor=None)
        asks += [ask, partial(_second_page, ask)]
    return asks


async def _second_page(
    first: partial[Coroutine[Any, Any, Rendered]], pool: asyncpg.Pool
) -> Rendered:
    page = await first(pool)
    cursor = msgspec.json.decode(page.body)["next_cursor"]
    return page if cursor is None else await partial(first, cursor=cursor)(pool)


def directory(story: list[Event]) -> list[Ask]:
    asks: list[Ask] = [
        partial(list_vendors, cursors=CURSORS, limit=limit, cursor=None) for limit in (2, 50)
    ]
    return asks + [partial(get_vendor, name=name) for name in names_in(story, "vendor_id")]


def tree(_: list[Event]) -> list[Ask]:
    return [list_categories]


async def answers_to(connection: asyncpg.Connection, asks: list[Ask]) -> list[Rendered]:
    """What is answered now; refusals of a question are not kept, so that nothing can be stale."""
    answers = []
    # Queries ask a connection just as they ask a pool.
    pool = cast("asyncpg.Pool", connection)
    for ask in asks:
        try:
            answers.append(await ask(pool))
        except InvalidInput:
            answers.append(Rendered(b"", ("not kept",)))
    return answers


def changed(before: Rendered, after: Rendered) -> bool:
    return (before.status, before.body) != (after.status, after.body)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("projection", "questions"),
    [(PAGE, pages), (LISTING, listings), (DIRECTORY, directory), (TREE, tree)],
    ids=lambda given: getattr(given, "name", ""),
)
async def test_no_answer_changes_unless_a_tag_that_it_carries_is_touched(
    projection: Projection,
    questions: Callable[[list[Event]], list[Ask]],
    seed: int,
    connection: asyncpg.Connection,
) -> None:
    # fault 32
    random = Random(seed)  # noqa: S311  no secret
    story = a_story(projection, random)
    asks, facts = questions(story), given(*story).told(projection)
    tables = await BuildTables.of(connection, projection, 1)
    before = await answers_to(connection, asks)
    changes = spared = 0
    while facts:
        size = random.choice((1, 1, 3, 10, 40))
        touched = await tables.write(connection, facts[:size])
        facts = facts[size:]
        after = await answers_to(connection, asks)
        for was, now in zip(before, after, strict=True):
            carried = {*was.tags}
            if changed(was, now) and "not kept" not in carried:
                changes += 1
                assert carried & touched, (was, now)
            spared += not carried & touched
        assert all({everything(projection.name), "not kept"} & {*now.tags} for now in after)
        before = after
    assert changes > 0
    assert spared > 0
