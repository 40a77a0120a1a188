"""Carts that nobody comes back to go, by the database's clock."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from actors import Marketplace
from contexts.ordering.an_address import an_address
from contexts.ordering.carts import HeldCart, a_cart, an_offer, told
from plaza.contexts.ordering.cart import Cart
from plaza.operations import carts
from plaza.operations.carts import expire_carts
from writing.watching import count_of, watching

IS_OVER = "UPDATE ordering.cart SET expires_at = now() WHERE id = $1"
BECOMES = "UPDATE ordering.cart SET status = $2 WHERE id = $1"


async def rows_of(database: asyncpg.Connection, cart: HeldCart) -> list[int]:
    return [
        await count_of(database, "ordering.cart", "id = $1", cart.id),
        await count_of(database, "ordering.cart_line", "cart_id = $1", cart.id),
        await count_of(database, "ordering.address", "cart_id = $1", cart.id),
    ]


async def test_a_cart_lives_anew_with_each_change(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    cart = await a_cart(marketplace.anybody)
    expires_at = datetime.fromisoformat(cart.created["expires_at"])
    now = await database.fetchval("SELECT now()")
    days = timedelta(days=marketplace.settings.cart_days)
    assert timedelta(0) <= now + days - expires_at < timedelta(minutes=1)

    changed = told(await cart.asks("PUT", "/address", an_address()))

    assert datetime.fromisoformat(changed["expires_at"]) > expires_at


async def test_an_expired_cart_is_not_there(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody, (offer, 1))
    await database.execute(IS_OVER, cart.id)

    assert (await cart.asks("GET")).status_code == 404
    assert (await cart.adds(offer)).status_code == 404
    assert (await cart.claimed_by(await marketplace.a_shopper())).status_code == 404


async def test_expired_carts_are_removed_with_all_that_is_in_them(
    fresh_marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = fresh_marketplace
    monkeypatch.setattr(carts, "CHUNK", 2)
    offer = await an_offer(await market.a_vendor())
    address = an_address()
    over = [await a_cart(market.anybody, (offer, 1), address=address) for _ in range(5)]
    alive = await a_cart(market.anybody, (offer, 1), address=address)
    bought = await a_cart(market.anybody, (offer, 1), address=address)
    async with watching(market.settings) as database:
        for cart in [*over, bought]:
            await database.execute(IS_OVER, cart.id)
        await database.execute(BECOMES, UUID(bought.id), "completing")

        assert await expire_carts(market.settings) == len(over)

        assert [await rows_of(database, cart) for cart in over] == [[0, 0, 0]] * 5
        assert await rows_of(database, alive) == [1, 1, 1]
        assert await rows_of(database, bought) == [1, 1, 1]
    assert await expire_carts(market.settings) == 0


def test_a_cart_that_could_not_be_completed_lives_anew() -> None:
    changed_at, now = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)
    cart = Cart(
        id=uuid4(),
        status="open",
        changed_at=changed_at,
        expires_at=changed_at + timedelta(days=30),
    )

    cart.begin_completion()
    cart.reopen(now)

    assert (cart.status, cart.expires_at) == ("open", now + timedelta(days=30))
    cart.begin_completion()
    cart.complete()
    cart.reopen(now)
    assert cart.status == "completed"


async def test_a_cart_being_completed_is_left_alone(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody, (offer, 1))
    await database.execute(BECOMES, UUID(cart.id), "completing")

    refused = await cart.adds(offer)

    assert (refused.status_code, refused.json()["code"]) == (409, "completion_in_progress")
    await database.execute(BECOMES, UUID(cart.id), "completed")
    refused = await cart.asks("PUT", "/address", an_address())
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_completed")
    assert (await cart.shows())["status"] == "completed"
