"""What an account may do now, asked of the database."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from actors import Marketplace
from plaza.adapters.standings import standing_lookup
from plaza.settings import Settings
from plaza.web.authentication import Standing, StandingLookup
from writing.watching import watching


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


async def account_of(database: asyncpg.Connection, email: str | None) -> UUID:
    wanted = "SELECT id FROM identity.account WHERE email_normalized = $1"
    account_id: UUID = await database.fetchval(wanted, email)
    return account_id


def lookup_of(marketplace: Marketplace) -> StandingLookup:
    return standing_lookup(marketplace.app.state.reads)


async def test_a_shopper_has_no_role_an_owner_has_one_an_operator_is_one(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, operator = await marketplace.a_shopper(), await marketplace.operator()
    vendor, lookup = await marketplace.an_applicant(), lookup_of(marketplace)

    assert await lookup(await account_of(database, shopper.email)) == Standing(
        is_operator=False, roles={}
    )
    assert await lookup(await account_of(database, vendor.email)) == Standing(
        is_operator=False, roles={UUID(vendor.id): "owner"}
    )
    standing = await lookup(await account_of(database, operator.email))
    assert standing is not None
    assert standing.is_operator


async def test_roles_of_several_vendors_stay_with_their_vendors(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    one, another = await marketplace.an_applicant(), await marketplace.an_applicant()
    account_id = await account_of(database, one.email)
    join = "INSERT INTO vendors.member (vendor_id, account_id, role) VALUES ($1, $2, 'staff')"
    await database.execute(join, another.id, account_id)

    standing = await lookup_of(marketplace)(account_id)

    assert standing is not None
    assert standing.roles == {UUID(one.id): "owner", UUID(another.id): "staff"}


async def test_nobody_has_no_standing(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, lookup = await marketplace.a_shopper(), lookup_of(marketplace)
    account_id = await account_of(database, shopper.email)
    await database.execute(
        "UPDATE identity.account SET erased_at = now() WHERE id = $1", account_id
    )

    assert await lookup(account_id) is None
    assert await lookup(uuid4()) is None
