"""Operators see what stands still, and say what becomes of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace
from plaza.bootstrap import CONSTRAINTS
from plaza.kernel.refusals import NotThere
from plaza.operations.projections import parked
from plaza.operations.projections.parked import SkipParked, list_parked
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.settings import Settings
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from projecting.poisoning import held_in, parked_in, with_bug
from read_models.catalogue import AProduct, AVendor, on_sale
from writing.watching import watching

PATH = "/v1/operations/projections/category_tree/parked"

PARK = """
    INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
    VALUES ('category_tree', 1, 'category_tree', $1, 7, 'infinity', 'KeyError: name')
"""

HOLD = """
    INSERT INTO projecting.held_fact (projection, build, document, key, position)
    SELECT 'category_tree', 1, 'category_tree', $1, n FROM generate_series(7, 9) AS n
"""

IS_DUE = "SELECT retry_at <= clock_timestamp() FROM projecting.parked WHERE key = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


@pytest_asyncio.fixture(loop_scope="session")
async def key(database: asyncpg.Connection) -> AsyncIterator[UUID]:
    """Of a document that is parked by hand: its follower does not know of it."""
    made = uuid4()
    await database.execute(PARK, made)
    await database.execute(HOLD, made)
    yield made
    await database.execute("DELETE FROM projecting.parked WHERE key = $1", made)


async def listed(marketplace: Marketplace, key: UUID) -> dict[str, Any]:
    items = (await (await marketplace.operator()).get(PATH)).json()["items"]
    (found,) = [item for item in items if item["key"] == str(key)]
    return dict(found)


async def test_what_is_parked_is_listed_with_the_reason_and_what_waits(
    marketplace: Marketplace, key: UUID
) -> None:
    found = await listed(marketplace, key)
    del found["since"], found["retry_at"]
    assert found == {
        "build": 1,
        "document": "category_tree",
        "key": str(key),
        "position": 7,
        "attempts": 0,
        "error": "KeyError: name",
        "held_facts": 3,
    }


async def test_an_operator_has_one_document_tried_again(
    marketplace: Marketplace, database: asyncpg.Connection, key: UUID
) -> None:
    operator = await marketplace.operator()
    answer = await operator.post(f"{PATH}/retry", {"key": str(key)})
    assert answer.json() == {"projection": "category_tree", "documents": 1, "started": False}
    assert await database.fetchval(IS_DUE, key)
    missing = await operator.post(f"{PATH}/retry", {"key": str(uuid4())})
    assert missing.status_code == httpx.codes.NOT_FOUND


async def test_skipping_wants_a_reason_and_stands_in_the_journal(
    marketplace: Marketplace, database: asyncpg.Connection, key: UUID
) -> None:
    operator = await marketplace.operator()
    asked = {"document": "category_tree", "key": str(key)}
    for reason in ({}, {"reason": ""}):
        refused = await operator.post(f"{PATH}/skip", asked | reason)
        assert refused.status_code == httpx.codes.BAD_REQUEST
    assert not await database.fetchval(IS_DUE, key)

    answer = await operator.post(f"{PATH}/skip", asked | {"reason": "Told twice."})

    assert answer.json()["facts"] == 3
    assert await database.fetchval(IS_DUE, key)
    entries = await operator.get(f"/v1/operations/audit?subject={key}&outcome=applied")
    (entry,) = entries.json()["items"]
    assert (entry["command"], entry["reason"]) == ("SkipParked", "Told twice.")
    assert entry["subjects"] == [{"type": "category_tree", "id": str(key)}]


async def test_what_nobody_knows_is_not_there(marketplace: Marketplace) -> None:
    operator = await marketplace.operator()
    path = PATH.replace("category_tree", "weather_report")
    assert (await operator.get(path)).status_code == httpx.codes.NOT_FOUND
    assert (await operator.post(f"{path}/retry", {})).status_code == httpx.codes.NOT_FOUND


async def test_the_follower_does_what_the_operator_has_said(
    fresh_settings: Settings, connection: asyncpg.Connection
) -> None:
    # fault 38
    product = AProduct(AVendor())
    sold, poisoned = on_sale(product), product.changed(slug="poisoned")
    bug = with_bug(PRODUCT_PAGE, lambda event: event.version == poisoned.version)
    await tell(connection, *sold, poisoned)
    await sequence(connection)
    follower = await a_follower(connection, bug)
    await follow_to_the_end(follower)
    (item,) = (await list_parked(connection, PRODUCT_PAGE.name)).items
    assert (item.key, item.error) == (product.id, "Bug: overlooked")

    command = SkipParked(
        projection=PRODUCT_PAGE.name,
        document="product_page",
        key=product.id,
        reason="It is wrong.",
    )
    skipped = await parked.skip(fresh_settings, CONSTRAINTS, command)
    assert skipped.facts == 1
    await tell(connection, product.changed(slug="later"))
    await sequence(connection)
    follower.forget()
    await follow_to_the_end(follower)

    assert not await parked_in(connection)
    assert not await held_in(connection)
    assert await connection.fetchval("SELECT slug FROM read.product_page_v1") == "later"


async def test_a_read_model_that_is_stopped_is_started_again_with_everything(
    fresh_settings: Settings, connection: asyncpg.Connection
) -> None:
    # fault 39
    await connection.execute(
        "INSERT INTO projecting.stopped (projection, build, error) VALUES ('product_page', 1, 'x')"
    )
    assert (await list_parked(connection, "product_page")).stopped[0].error == "x"
    retried = await parked.retry(fresh_settings, CONSTRAINTS, "product_page", None)
    assert msgspec.to_builtins(retried) == {
        "projection": "product_page",
        "documents": 0,
        "started": True,
    }
    with pytest.raises(NotThere):
        await parked.retry(fresh_settings, CONSTRAINTS, "product_page", uuid4())
