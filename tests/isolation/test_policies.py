"""Every table by itself: in the scope of a stranger it shows and gives up no row of a side."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from isolation.things import Things
from isolation.world import World
from plaza.kernel.actor import Surface
from plaza.reading.pools import SET_SCOPE

GUARDED = """
    SELECT c.oid::regclass::text AS name,
        EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
            AND p.polname IN ('published', 'everybody')) AS is_partly_public
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity
        AND has_table_privilege('plaza_app', c.oid, 'SELECT')
"""
MADE = (
    *("product", "published_product", "free_variant", "invitation", "api_key", "answer"),
    *("session", "command", "cart", "order", "vendor_order"),
)
HOLD_ROWS = {
    *("vendors.vendor", "vendors.member", "vendors.invitation", "vendors.api_key"),
    *("vendors.requirement_answer", "catalog.product", "catalog.variant", "catalog.offer"),
    *("catalog.offer_price", "inventory.location", "inventory.stock", "inventory.movement"),
    *("identity.account", "identity.session", "identity.mail_request", "writing.journal"),
    *("ordering.cart", "ordering.cart_line", "ordering.order_group", "ordering.vendor_order"),
    *("ordering.order_line", "ordering.address", "payments.payment", "payments.share"),
    *("payments.operation", "inventory.reservation"),
}
"""Of these the side has rows for sure; of the others it may."""


@asynccontextmanager
async def in_scope(everything: asyncpg.Connection, surface: Surface) -> AsyncIterator[None]:
    """As the application, in a transaction that leaves nothing."""
    transaction = everything.transaction()
    await transaction.start()
    try:
        await everything.execute("SET LOCAL ROLE plaza_app")
        await everything.execute(SET_SCOPE, *surface.settings().values())
        yield
    finally:
        await transaction.rollback()


async def deleted(everything: asyncpg.Connection, question: str) -> str:
    """How many rows go; who may not delete there at all deletes none."""
    try:
        async with everything.transaction():
            return str(await everything.execute(f"DELETE FROM {question}")).split()[-1]
    except asyncpg.InsufficientPrivilegeError:
        return "0"


# fault 66
@pytest.mark.parametrize("whose", ["nobody's", "another vendor's", "another account's"])
async def test_no_table_gives_a_stranger_a_row_of_the_side(world: World, whose: str) -> None:
    case = await world.case("listVendorProducts")
    things = Things(case.side, world.other)
    made = await things.ids(MADE)
    surface = (await world.strange_scopes())[whose]
    names = ("product", "free_variant", "cart", "order", "vendor_order")
    private = [case.side.mark, *(made[name] for name in names)]
    holding, seen, gone = set(), [], []

    for name, is_partly_public in await world.everything.fetch(GUARDED):
        needles = "|".join(private if is_partly_public else [*private, case.side.owner.id])
        question = f"{name} t WHERE t::text ~ '{needles}'"
        if await world.everything.fetchval(f"SELECT count(*) FROM {question}"):
            holding.add(name)
        async with in_scope(world.everything, surface):
            if await world.everything.fetchval(f"SELECT count(*) FROM {question}"):
                seen.append(name)
            if await deleted(world.everything, question) != "0":
                gone.append(name)

    assert holding >= HOLD_ROWS, HOLD_ROWS - holding
    assert (seen, gone) == ([], [])
