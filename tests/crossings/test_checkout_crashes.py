"""The API process is killed at a phase of a checkout: a repeat finds one order, paid once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, Person, open_marketplace
from plaza.settings import Settings
from sandbox_server import Sandbox
from shopping import APPROVED, Cart, a_cart, an_offer, order_of
from writing.revived import free_port, running
from writing.watching import watching

PATIENCE_S = 60
POINTS = [
    "before commit",
    "after commit",
    "before authorization",
    "after authorization",
    # The second commit is the one that settles.
    "before commit/1",
    "after commit/1",
]


@dataclass
class MortalShop:
    """A marketplace whose shoppers are served by a process that can be killed."""

    marketplace: Marketplace
    crash_file: Path
    person: Person

    async def cart(self, offer: str) -> Cart:
        """A cart of the marketplace, from now on at the mortal process."""
        cart = await a_cart(self.marketplace, {offer: 2})
        cart.person = self.person
        return cart

    async def completes_until_answered(
        self, cart: Cart, key: str, token: str = APPROVED
    ) -> httpx.Response:
        """As a client does it: again while there is no answer, or somebody is at it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await cart.completes(token, key=key)
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code not in {409, 503}:
                    return answer
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[MortalShop]:
    crash_file = tmp_path_factory.mktemp("crashes") / "point"
    served = msgspec.structs.replace(settings, port=free_port())
    async with open_marketplace(served) as marketplace:
        with running(served, crash_file):
            base_url = f"http://127.0.0.1:{served.port}"
            async with httpx.AsyncClient(base_url=base_url, timeout=10) as client:
                yield MortalShop(marketplace, crash_file, Person(client))


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_phase_a_repeat_finds_one_order_paid_once(
    shop: MortalShop, database: asyncpg.Connection, sandbox: Sandbox, point: str
) -> None:
    offer = await an_offer(await shop.marketplace.a_vendor(), stock=5)
    cart, key = await shop.cart(offer), str(uuid4())
    warm = await shop.completes_until_answered(await shop.cart(offer), str(uuid4()))
    assert warm.status_code == 201

    shop.crash_file.write_text(point)
    with pytest.raises(httpx.TransportError):
        await cart.completes(key=key)
    assert not shop.crash_file.exists()
    # The dead process's claim on the payment has run out.
    await database.execute("UPDATE payments.payment SET claimed_until = now() - interval '1 s'")
    answered = await shop.completes_until_answered(cart, key)
    repeated = await shop.completes_until_answered(cart, key)

    assert answered.status_code in {200, 201}
    assert repeated.content == answered.content
    orders = await database.fetch(
        "SELECT id, number, status FROM ordering.order_group WHERE cart_id = $1", cart.id
    )
    assert [order["status"] for order in orders] == ["placed"]
    (charge,) = sandbox.charges_of(orders[0]["number"])
    assert charge["status"] == "approved"
    held = await database.fetchval(
        "SELECT sum(quantity) FROM inventory.reservation WHERE order_id = $1 AND "
        "status = 'committed'",
        orders[0]["id"],
    )
    assert held == 2


async def test_who_repeats_after_a_kill_is_shown_the_order_that_was_taken_down_before_it(
    shop: MortalShop, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await shop.marketplace.a_vendor(), stock=5)
    warm = await shop.completes_until_answered(await shop.cart(offer), str(uuid4()))
    assert warm.status_code == 201
    cart, key, token = await shop.cart(offer), str(uuid4()), "tok_timeout_after_charge"
    shop.crash_file.write_text("after commit")
    with pytest.raises(httpx.TransportError):
        await cart.completes(token, key=key)
    await database.execute("UPDATE payments.payment SET claimed_until = now() - interval '1 s'")

    # What the provider did is not known yet, and so leaves no fact that a token could name.
    answered = await shop.completes_until_answered(cart, key, token)

    assert answered.status_code == 202
    consistency = answered.headers["plaza-consistency"]
    shown = await order_of(shop.person, answered).shown(consistency)
    assert shown["status"] == "pending"
