"""What callers may do now, asked of the database."""

import hashlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from actors import Marketplace, Person
from plaza.adapters.standings import account_standings, ask_notes
from plaza.settings import Settings
from plaza.web.callers import AccountStandings
from plaza.web.standings import Changes, Standing
from writing.watching import watching

Place = tuple[UUID, UUID]


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


async def place_of(database: asyncpg.Connection, person: Person) -> Place:
    """The session and the account of a person who has logged in once."""
    wanted = """
        SELECT s.id, a.id FROM identity.account a JOIN identity.session s ON s.account_id = a.id
        WHERE a.email_normalized = $1 ORDER BY s.created_at DESC LIMIT 1
    """
    found = await database.fetchrow(wanted, person.email)
    assert found is not None
    session_id, account_id = found
    return session_id, account_id


def standings(marketplace: Marketplace) -> AccountStandings:
    reads = marketplace.app.state.reads
    return account_standings(reads, Changes(ask_notes(reads)))


async def test_a_shopper_has_no_role_an_owner_has_one_an_operator_is_one(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, operator = await marketplace.a_shopper(), await marketplace.operator()
    vendor, known = await marketplace.an_applicant(), standings(marketplace)

    assert await known.get(await place_of(database, shopper)) == Standing(
        is_operator=False, roles={}
    )
    assert await known.get(await place_of(database, vendor)) == Standing(
        is_operator=False, roles={UUID(vendor.id): "owner"}
    )
    standing = await known.get(await place_of(database, operator))
    assert standing is not None
    assert standing.is_operator


async def test_roles_of_several_vendors_stay_with_their_vendors(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    one, another = await marketplace.an_applicant(), await marketplace.an_applicant()
    place = await place_of(database, one)
    join = "INSERT INTO vendors.member (vendor_id, account_id, role) VALUES ($1, $2, 'staff')"
    await database.execute(join, UUID(another.id), place[1])

    standing = await standings(marketplace).get(place)

    assert standing is not None
    assert standing.roles == {UUID(one.id): "owner", UUID(another.id): "staff"}


ENDS = {
    "erased": """
        UPDATE identity.account SET erased_at = now(), email = NULL, email_normalized = NULL,
            name = '', password_hash = NULL WHERE id = $2 AND $1 <> $2
    """,
    "ended": "UPDATE identity.session SET revoked_at = now() WHERE id = $1 AND account_id = $2",
    "expired": "UPDATE identity.session SET expires_at = now() WHERE id = $1 AND account_id = $2",
}


async def test_nobody_has_no_standing(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    known = standings(marketplace)
    for end in ENDS.values():
        place = await place_of(database, await marketplace.a_shopper())
        assert await known.get(place) is not None
        await database.execute(end, *place)
        assert await known.get(place) is None

    session_id, account_id = await place_of(database, await marketplace.a_shopper())
    assert await known.get((uuid4(), account_id)) is None
    assert await known.get((session_id, uuid4())) is None


async def test_every_change_of_a_standing_leaves_a_note(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    session_id, account_id = await place_of(database, vendor)
    ask = ask_notes(marketplace.app.state.reads)
    horizon = (await ask(0)).horizon

    async def noted(sql: str, *values: object) -> frozenset[UUID]:
        nonlocal horizon
        await database.execute(sql, *values)
        notes = await ask(horizon)
        horizon = notes.horizon
        return frozenset(subject for _, subject in notes.told)

    members = "WHERE vendor_id = $1"
    vendor_id = UUID(vendor.id)
    role = f"UPDATE vendors.member SET role = 'staff' {members}"
    assert account_id in await noted(role, vendor_id)
    assert account_id in await noted(f"DELETE FROM vendors.member {members}", vendor_id)
    join = "INSERT INTO vendors.member (vendor_id, account_id, role) VALUES ($1, $2, 'owner')"
    assert account_id in await noted(join, vendor_id, account_id)
    promote = "UPDATE identity.account SET is_operator = false WHERE id = $1"
    assert account_id in await noted(promote, account_id)
    assert session_id in await noted(ENDS["ended"], session_id, account_id)
    assert account_id in await noted(ENDS["erased"], session_id, account_id)


async def test_a_note_of_a_transaction_that_commits_late_is_not_missed(
    marketplace: Marketplace, database: asyncpg.Connection, settings: Settings
) -> None:
    ask = ask_notes(marketplace.app.state.reads)
    late = UUID(bytes=hashlib.md5(b"late", usedforsecurity=False).digest())
    note = "INSERT INTO writing.standing_change (subject) VALUES ($1)"
    async with watching(settings) as another, another.transaction():
        await another.execute(note, late)
        await database.execute(note, uuid4())
        first = await ask(0)
    second = await ask(first.horizon)

    assert late not in {subject for _, subject in first.told}
    assert late in {subject for _, subject in second.told}
