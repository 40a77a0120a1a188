"""With the vendor predicate bypassed, row-level security alone keeps vendors apart."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from actors import Marketplace, Vendor
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.catalog.commands.change_offer import ChangeOffer, change_offer
from plaza.contexts.catalog.commands.change_product import ChangeProduct, change_product
from plaza.contexts.catalog.commands.unpublish_product import UnpublishProduct, unpublish_product
from plaza.contexts.catalog.commands.withdraw_offer import WithdrawOffer, withdraw_offer
from plaza.contexts.catalog.commands.withdraw_offers import WithdrawOffers, withdraw_offers
from plaza.contexts.catalog.product import Description
from plaza.contexts.inventory.commands.adjust_stock import AdjustStock, adjust_stock
from plaza.contexts.inventory.commands.set_stock import SetStock, set_stock
from plaza.contexts.vendors.commands.approve_vendor import ApproveVendor, approve_vendor
from plaza.contexts.vendors.commands.change_member_role import (
    ChangeMemberRole,
    change_member_role,
)
from plaza.contexts.vendors.commands.change_vendor import ChangeVendor, change_vendor
from plaza.contexts.vendors.commands.close_vendor import CloseVendor, close_vendor
from plaza.contexts.vendors.commands.create_api_key import CreateApiKey, create_api_key
from plaza.contexts.vendors.commands.invite_member import InviteMember, invite_member
from plaza.contexts.vendors.commands.pause_vendor import PauseVendor, pause_vendor
from plaza.contexts.vendors.commands.remove_member import RemoveMember, remove_member
from plaza.contexts.vendors.commands.resume_vendor import ResumeVendor, resume_vendor
from plaza.contexts.vendors.commands.submit_vendor import SubmitVendor, submit_vendor
from plaza.contexts.vendors.vendor import Profile
from plaza.crossings.products.create_product import CreateProduct, NewVariant, create_product
from plaza.crossings.products.publish_product import PublishProduct, publish_product
from plaza.kernel.actor import MARKET, NO_ROWS, Surface
from plaza.kernel.money import Price
from plaza.kernel.refusals import NotThere, Unavailable
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner
from plaza.writing.unit_of_work import UnitOfWork
from writing.running import a_context, done

HASH = """
    SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT p::text AS row FROM catalog.product p WHERE vendor_id = $1
        UNION ALL SELECT o::text FROM catalog.offer o WHERE vendor_id = $1
        UNION ALL SELECT c::text FROM catalog.offer_price c WHERE vendor_id = $1
        UNION ALL SELECT s::text FROM inventory.stock s WHERE vendor_id = $1
        UNION ALL SELECT m::text FROM inventory.movement m WHERE vendor_id = $1
        UNION ALL SELECT v::text FROM vendors.vendor v WHERE id = $1
        UNION ALL SELECT m::text FROM vendors.member m WHERE vendor_id = $1
        UNION ALL SELECT i::text FROM vendors.invitation i WHERE vendor_id = $1
        UNION ALL SELECT k::text FROM vendors.api_key k WHERE vendor_id = $1
        UNION ALL SELECT a::text FROM vendors.requirement_answer a WHERE vendor_id = $1
        UNION ALL SELECT f::text FROM vendors.former_slug f WHERE vendor_id = $1
        UNION ALL SELECT e::text FROM outbox.event e WHERE vendor_id = $1) AS owned
"""
# What is published is for all eyes, which the floor allows; the rest of it is not.
UNPUBLISHED = "catalog.product WHERE status <> 'published'"
OWNED = [
    UNPUBLISHED,
    f"catalog.variant WHERE product_id IN (SELECT id FROM {UNPUBLISHED})",
    "catalog.offer",
    "catalog.offer_price",
    "inventory.location",
    "inventory.stock",
    "inventory.movement",
    "vendors.vendor",
    "vendors.member",
    "vendors.invitation",
    "vendors.api_key",
    "vendors.requirement_answer",
    "identity.account",
    "identity.session",
    "identity.refresh_token",
]
SETTINGS = text("""
    SELECT current_setting('plaza.vendor_id', true), current_setting('plaza.account_id', true),
        current_setting('plaza.scope', true), current_setting('role')
""")


class Look(msgspec.Struct, frozen=True):
    """A command of the tests."""


async def rows_seen(_: Look, work: UnitOfWork) -> int:
    counts = [await work.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in OWNED]
    return sum(count or 0 for count in counts)


Run = tuple[Callable[[Any, UnitOfWork], Awaitable[Any]], Any]


def commands_on(vendor: Vendor, product: dict[str, Any]) -> list[Run]:
    """Every command on what the vendor owns, as the vendor itself would give it."""
    vendor_id, product_id = UUID(vendor.id), UUID(product["id"])
    offer_id = UUID(product["variants"][0]["offer_id"])
    on_product: dict[str, Any] = {"vendor_id": vendor_id, "product_id": product_id}
    on_offer: dict[str, Any] = {"vendor_id": vendor_id, "offer_id": offer_id}
    version = product["version"]
    return [
        (
            change_product,
            ChangeProduct(**on_product, version=version, description=Description(title="Mine")),
        ),
        (publish_product, PublishProduct(**on_product)),
        (unpublish_product, UnpublishProduct(**on_product)),
        (change_offer, ChangeOffer(**on_offer, version=1, sku="mine")),
        (withdraw_offer, WithdrawOffer(**on_offer, version=1)),
        (set_stock, SetStock(**on_offer, on_hand=0)),
        (adjust_stock, AdjustStock(**on_offer, delta=1, reason="mine")),
        (approve_vendor, ApproveVendor(vendor_id=vendor_id)),
        (close_vendor, CloseVendor(vendor_id=vendor_id)),
        *commands_on_people(vendor_id, uuid4()),
    ]


def commands_on_people(vendor_id: UUID, account_id: UUID) -> list[Run]:
    """Every command on the vendor itself and on who works for it."""
    on_vendor: dict[str, Any] = {"vendor_id": vendor_id}
    on_member: dict[str, Any] = {"vendor_id": vendor_id, "account_id": account_id}
    invitation: dict[str, Any] = {"email": "mine@plaza.example", "role": "owner"}
    key: dict[str, Any] = {"name": "Mine", "scopes": ["catalog:write"]}
    return [
        (change_vendor, ChangeVendor(**on_vendor, version=2, profile=Profile(name="Mine"))),
        (pause_vendor, PauseVendor(**on_vendor)),
        (resume_vendor, ResumeVendor(**on_vendor)),
        (submit_vendor, SubmitVendor(**on_vendor)),
        (invite_member, InviteMember(**on_vendor, **invitation, invited_by=account_id)),
        (change_member_role, ChangeMemberRole(**on_member, role="staff")),
        (remove_member, RemoveMember(**on_member)),
        (create_api_key, CreateApiKey(**on_vendor, **key, created_by=account_id)),
    ]


@pytest.mark.parametrize("is_stranger", [True, False], ids=["a stranger's rows", "no rows"])
async def test_commands_on_a_draft_find_nothing_outside_its_vendors_scope(
    marketplace: Marketplace,
    runner: CommandRunner,
    database: asyncpg.Connection,
    is_stranger: bool,  # noqa: FBT001
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    commands = commands_on(victim, await victim.creates_product())
    surface = Surface(vendor_id=UUID(stranger.id)) if is_stranger else NO_ROWS
    before = await database.fetchval(HASH, victim.id)

    for function, command in commands:
        with pytest.raises(NotThere):
            await runner.run(function, command, a_context(surface), done)

    assert await database.fetchval(HASH, victim.id) == before


async def test_what_is_published_is_seen_by_others_and_not_changed(
    marketplace: Marketplace, runner: CommandRunner, database: asyncpg.Connection
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    commands = commands_on(victim, await victim.lists_product() | {"version": 2})
    surface = Surface(vendor_id=UUID(stranger.id))
    before = await database.fetchval(HASH, victim.id)

    for function, command in commands:
        if function is not publish_product:
            with pytest.raises((NotThere, Unavailable)):
                await runner.run(function, command, a_context(surface), done)

    assert await database.fetchval(HASH, victim.id) == before


async def test_nothing_can_be_inserted_for_another_vendor(
    marketplace: Marketplace, runner: CommandRunner, database: asyncpg.Connection
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    before = await database.fetchval(HASH, victim.id)
    variant = NewVariant(price=Price(1, "GBP"))
    command = CreateProduct(vendor_id=UUID(victim.id), title="Mine", variants=[variant])

    for surface in (Surface(vendor_id=UUID(stranger.id)), NO_ROWS):
        with pytest.raises(DBAPIError, match="row-level security"):
            await runner.run(create_product, command, a_context(surface), done)

    assert await database.fetchval(HASH, victim.id) == before


async def test_a_sweep_over_another_vendors_offers_finds_none(
    marketplace: Marketplace, runner: CommandRunner, database: asyncpg.Connection
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    await victim.lists_product()
    before = await database.fetchval(HASH, victim.id)

    command = WithdrawOffers(vendor_id=UUID(victim.id))
    context = a_context(Surface(vendor_id=UUID(stranger.id)))
    answer = await runner.run(withdraw_offers, command, context, done)

    assert answer.body == b"false"
    assert await database.fetchval(HASH, victim.id) == before


# fault 66
async def test_without_a_scope_no_owned_row_is_seen(
    marketplace: Marketplace, runner: CommandRunner
) -> None:
    await (await marketplace.a_vendor()).creates_product()

    everything = await runner.run(rows_seen, Look(), a_context(MARKET), done)
    nothing = await runner.run(rows_seen, Look(), a_context(NO_ROWS), done)

    assert int(everything.body) > len(OWNED)
    assert int(nothing.body) == 0


# fault 66
async def test_a_scope_does_not_outlive_its_transaction_on_a_pooled_connection(
    marketplace: Marketplace, settings: Settings
) -> None:
    vendor = await marketplace.a_vendor()
    own = Surface(vendor_id=UUID(vendor.id))
    one_connection = msgspec.structs.replace(settings, command_pool_size=1)
    backends, seen, left = set(), [], set()

    async def look(_: Look, work: UnitOfWork) -> int:
        backends.add(await work.session.scalar(text("SELECT pg_backend_pid()")))
        return await rows_seen(_, work)

    async def fail(_: Look, work: UnitOfWork) -> int:
        await look(_, work)
        raise NotThere

    async with open_command_runner(one_connection, CONSTRAINTS) as runner:
        for surface in (MARKET, NO_ROWS, own, NO_ROWS, Surface(account_id=uuid4()), NO_ROWS):
            seen.append(int((await runner.run(look, Look(), a_context(surface), done)).body))
            async with runner._sessions() as session:  # noqa: SLF001  nothing sets a scope here
                left.add(tuple((await session.execute(SETTINGS)).one()))
            with pytest.raises(NotThere):
                await runner.run(fail, Look(), a_context(surface), done)

    assert len(backends) == 1
    assert seen[0] > 0
    assert seen[2] > 0
    assert [seen[1], seen[3], seen[4], seen[5]] == [0, 0, 0, 0]
    assert left == {("", "", "", "plaza_app")}
