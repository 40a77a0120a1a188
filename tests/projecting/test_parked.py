"""What operators say about a parked document is done, whenever they say it."""

from typing import Any

import asyncpg
import pytest

from plaza.contexts.catalog.events import ProductChanged
from plaza.projecting import parked
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.connecting import Connect
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from projecting.poisoning import held_in, parked_in, retry_all, said, with_bug
from read_models.catalogue import AProduct, AVendor, on_sale

SLUGS_SHOWN = "SELECT slug FROM read.product_page_v1 ORDER BY slug"
SKIP = "UPDATE projecting.parked SET skip_upto = $1, retry_at = clock_timestamp()"
STOPPED = "SELECT count(*) FROM projecting.stopped"


async def test_a_skip_that_is_asked_for_while_the_document_is_tried_is_done_next(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, operator = AVendor(), await connect()
    bug = with_bug(VENDOR_DIRECTORY, lambda event: event.aggregate_id == poisoned.id)
    follower = await a_follower(connection, bug)
    await tell(connection, *poisoned.approved())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    held_positions, has_asked = parked.held_positions, False

    async def held_positions_beside_an_operator(*place: Any) -> list[int]:
        nonlocal has_asked
        if not has_asked:
            has_asked = True
            await operator.execute(SKIP, last)
        return await held_positions(*place)

    monkeypatch.setattr(parked, "held_positions", held_positions_beside_an_operator)
    await retry_all(connection, follower)
    assert has_asked
    follower.forget()
    await follow_to_the_end(follower)

    assert not await parked_in(connection)
    assert not await held_in(connection)


async def test_what_is_parked_is_skipped_while_the_read_model_is_stopped(
    connection: asyncpg.Connection,
) -> None:
    poisoned, fails = AVendor(), False
    bug = with_bug(VENDOR_DIRECTORY, lambda event: fails or event.aggregate_id == poisoned.id)
    follower = await a_follower(connection, bug)
    await tell(connection, *poisoned.approved())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    fails = True
    await tell(connection, *(event for _ in range(150) for event in AVendor().approved()))
    await sequence(connection)
    await follow_to_the_end(follower)
    assert await connection.fetchval(STOPPED) == 1

    await connection.execute(SKIP, last)
    # It looks once a second.
    while await parked_in(connection):
        await follower.advance()

    assert await held_in(connection) == []
    assert await connection.fetchval(STOPPED) == 1


async def test_what_is_skipped_is_dropped_and_the_document_goes_on_with_what_comes_then(
    connection: asyncpg.Connection,
) -> None:
    product = AProduct(AVendor())
    sold, poisoned = on_sale(product), product.changed(slug="poisoned")
    bug = with_bug(PRODUCT_PAGE, lambda event: said(event) == said(poisoned))
    follower = await a_follower(connection, bug)
    await tell(connection, *sold, poisoned)
    seen = await sequence(connection)
    await follow_to_the_end(follower)
    skip = "UPDATE projecting.parked SET skip_upto = $1"
    await connection.execute(skip, seen)
    await tell(connection, product.changed(slug="later"))
    await sequence(connection)
    await follow_to_the_end(follower)
    assert len(await held_in(connection)) == 2

    await retry_all(connection, follower)

    assert [row["slug"] for row in await connection.fetch(SLUGS_SHOWN)] == ["later"]
    assert await parked_in(connection) == []


async def test_what_is_left_after_a_skip_and_fails_stays_parked(
    connection: asyncpg.Connection,
) -> None:
    product = AProduct(AVendor())
    bug = with_bug(PRODUCT_PAGE, lambda event: isinstance(event, ProductChanged))
    follower = await a_follower(connection, bug)
    await tell(connection, *on_sale(product), product.changed())
    seen = await sequence(connection)
    await tell(connection, product.changed())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    await connection.execute("UPDATE projecting.parked SET skip_upto = $1", seen)

    await retry_all(connection, follower)

    (found,) = await parked_in(connection)
    assert (found["position"], found["attempts"]) == (last, 1)
    assert await held_in(connection) == [last]
