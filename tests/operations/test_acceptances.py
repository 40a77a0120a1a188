"""Where vendors accept orders: in time, or not at all, by the database's clock."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, Vendor, open_marketplace
from plaza.bootstrap import CONSTRAINTS
from plaza.crossings.orders.expire_vendor_order import ExpireVendorOrder, expire_vendor_order
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.operations import acceptances
from plaza.operations.acceptances import expire_vendor_orders
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import Context
from plaza.writing.unit_of_work import UnitOfWork
from shopping import Order, a_cart, an_offer
from vendor_parts import Part, hold_together, part_of, stored_part
from writing.watching import watching

IS_DUE = "UPDATE ordering.vendor_order SET accept_by = now() - interval '1 s' WHERE id = $1"
STATUS = "SELECT status FROM ordering.order_group WHERE id = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def careful(settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace whose vendors have two hours to accept what they sell."""
    changed = msgspec.structs.replace(settings, vendor_acceptance=True, acceptance_hours=2)
    async with open_marketplace(changed) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vendors(careful: Marketplace) -> list[Vendor]:
    return [await careful.a_vendor() for _ in range(2)]


async def bought(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> tuple[Order, list[Part]]:
    offers = [await an_offer(vendor, stock=2) for vendor in vendors]
    order = await (await a_cart(careful, dict.fromkeys(offers, 2))).buys()
    return order, [await part_of(database, order, vendor) for vendor in vendors]


async def expired(careful: Marketplace) -> int:
    return await expire_vendor_orders(careful.settings, CONSTRAINTS)


async def status_of(database: asyncpg.Connection, part: Part) -> str:
    return str((await stored_part(database, part))["status"])


async def test_vendors_have_as_long_as_it_is_set_to_accept_an_order(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, parts = await bought(careful, database, vendors)

    shown = await order.shown()
    stored = [await stored_part(database, part) for part in parts]

    assert shown["status"] == "placed"
    assert {part["status"] for part in shown["vendor_orders"]} == {"pending_acceptance"}
    placed_at = await database.fetchval(
        "SELECT placed_at FROM ordering.order_group WHERE id = $1", UUID(order.id)
    )
    assert {part["accept_by"] for part in stored} == {placed_at + timedelta(hours=2)}
    assert await expired(careful) == 0


async def test_what_one_accepts_and_the_other_declines_is_half_an_order(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, (one, other) = await bought(careful, database, vendors)

    accepted, declined = await one.is_accepted(), await other.is_declined()

    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    assert declined.json()["canceled"] == declined.json()["total"]
    await hold_together(database, UUID(order.id))
    for again in (await one.is_accepted(), await one.is_declined(), await other.is_accepted()):
        assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    page = await order.shown(declined.headers["plaza-consistency"])
    assert page["status"] == "placed"
    assert page["canceled"] == declined.json()["total"]


async def test_what_is_not_accepted_in_time_expires_and_gives_everything_back(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, (one, other) = await bought(careful, database, vendors)
    await database.execute(IS_DUE, one.id)

    assert await expired(careful) == 1
    assert await expired(careful) == 0

    assert await status_of(database, one) == "expired"
    assert await status_of(database, other) == "pending_acceptance"
    await hold_together(database, UUID(order.id))
    facts = "SELECT count(*) FROM outbox.event WHERE type = $1 AND aggregate_id = $2"
    expiry = "ordering.vendor_order_expired.v1"
    assert await database.fetchval(facts, expiry, one.id) == 1
    late = await one.is_accepted()
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")


async def test_who_accepts_too_late_is_refused_although_nobody_has_swept_yet(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    _, (one, other) = await bought(careful, database, vendors)
    await database.execute(IS_DUE, one.id)
    await database.execute(IS_DUE, other.id)

    late = await one.is_accepted()
    declined = await other.is_declined()

    assert (late.status_code, late.json()["code"]) == (409, "acceptance_over")
    assert await status_of(database, one) == "pending_acceptance"
    assert declined.status_code == 200
    assert await expired(careful) == 1
    assert await status_of(database, one) == "expired"


async def test_what_was_accepted_or_canceled_meanwhile_does_not_expire(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, (accepted, canceled) = await bought(careful, database, vendors)
    await accepted.is_accepted()
    await canceled.is_canceled()
    for part in (accepted, canceled):
        # What a sweeper had found to be due before.
        await database.execute(f"{IS_DUE} AND accept_by IS NOT NULL", part.id)
        await expire_one(careful, part)

    assert await status_of(database, accepted) == "accepted"
    assert await status_of(database, canceled) == "canceled"
    await hold_together(database, UUID(order.id))


async def expire_one(careful: Marketplace, part: Part) -> None:
    context = Context(actor=SYSTEM, surface=MARKET, correlation_id=uuid4())
    async with open_command_runner(careful.settings, CONSTRAINTS, "plaza tests") as runner:
        await runner.run(
            expire_vendor_order,
            ExpireVendorOrder(vendor_order_id=part.id),
            context,
            lambda _: answer_with(200, None),
        )


# fault 23
async def test_one_that_cannot_be_expired_now_holds_back_no_other(
    careful: Marketplace,
    database: asyncpg.Connection,
    vendors: list[Vendor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, (locked, free) = await bought(careful, database, vendors)
    await database.execute(IS_DUE, locked.id)
    await database.execute(IS_DUE, free.id)
    due = acceptances.DUE.replace("ORDER BY accept_by", f"ORDER BY id <> '{locked.id}'")
    monkeypatch.setattr(acceptances, "DUE", due)

    async with database.transaction():
        held = "SELECT id FROM ordering.vendor_order WHERE id = $1 FOR UPDATE"
        await database.execute(held, locked.id)
        assert await expired(careful) == 2

    assert await status_of(database, free) == "expired"
    assert await status_of(database, locked) == "pending_acceptance"
    assert await expired(careful) == 1
    assert await status_of(database, locked) == "expired"


async def test_one_that_fails_for_reasons_of_ours_holds_back_no_other(
    careful: Marketplace,
    database: asyncpg.Connection,
    vendors: list[Vendor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, (broken, sound) = await bought(careful, database, vendors)
    for part in (broken, sound):
        await database.execute(IS_DUE, part.id)
    due = acceptances.DUE.replace("ORDER BY accept_by", f"ORDER BY id <> '{broken.id}'")
    monkeypatch.setattr(acceptances, "DUE", due)

    async def failing(command: ExpireVendorOrder, work: UnitOfWork) -> bool:
        if command.vendor_order_id == broken.id:
            raise ZeroDivisionError
        return await expire_vendor_order(command, work)

    with monkeypatch.context() as patching:
        patching.setattr(acceptances, "expire_vendor_order", failing)
        assert await expired(careful) == 2

    assert await status_of(database, sound) == "expired"
    assert await status_of(database, broken) == "pending_acceptance"
    assert await expired(careful) == 1


async def test_an_order_that_nobody_accepts_is_canceled(
    careful: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, parts = await bought(careful, database, vendors)
    for part in parts:
        await database.execute(IS_DUE, part.id)

    assert await expired(careful) == 2

    async def is_canceled() -> bool:
        return str(await database.fetchval(STATUS, UUID(order.id))) == "canceled"

    await careful.until(is_canceled)
    await hold_together(database, UUID(order.id))


async def test_by_default_nothing_waits_for_acceptance(
    marketplace: Marketplace, database: asyncpg.Connection, vendors: list[Vendor]
) -> None:
    order, (part, _) = await bought(marketplace, database, vendors)

    assert await status_of(database, part) == "accepted"
    assert (await part.is_accepted()).json()["code"] == "illegal_transition"
    assert {p["status"] for p in order.answer.json()["vendor_orders"]} == {"accepted"}
