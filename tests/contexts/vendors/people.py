"""People who come to work for vendors."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx

from actors import Marketplace, Person, Vendor
from plaza.kernel.keys import derived_key
from plaza.kernel.signed_id import SignedIds

VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE email = $1"


async def a_verified_person(marketplace: Marketplace, database: asyncpg.Connection) -> Person:
    """Somebody who has shown that the address is theirs."""
    person = await marketplace.a_shopper()
    await database.execute(VERIFY, person.email)
    return person


def token_of(marketplace: Marketplace, invitation_id: str | UUID) -> str:
    """What stands in the link of the invitation's mail."""
    tokens = SignedIds(derived_key(marketplace.settings.secret(), "mail-token"))
    return tokens.sign(UUID(str(invitation_id)), "invitation")


async def invited(owner: Vendor, email: str | None, role: str = "staff") -> dict[str, Any]:
    """An invitation as it was answered."""
    answer = await owner.post(f"{owner.path}/members", {"email": email, "role": role})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def accepting(person: Person, token: str) -> httpx.Response:
    return await person.post("/v1/invitations/accept", {"token": token})


async def a_member(
    marketplace: Marketplace, database: asyncpg.Connection, owner: Vendor, role: str
) -> Vendor:
    """Somebody who has accepted an invitation of the owner's vendor."""
    person = await a_verified_person(marketplace, database)
    invitation = await invited(owner, person.email, role)
    answer = await accepting(person, token_of(marketplace, invitation["id"]))
    assert answer.status_code == 201, answer.text
    return Vendor(person.client, person.email, id=owner.id, slug=owner.slug)


async def account_id_of(person: Person) -> str:
    account_id: str = (await person.get("/v1/account")).json()["id"]
    return account_id


async def facts_of(database: asyncpg.Connection, aggregate_id: str | UUID) -> list[asyncpg.Record]:
    """Types, versions and payloads of what vendors told of one aggregate."""
    rows: list[asyncpg.Record] = await database.fetch(
        "SELECT type, version, payload FROM outbox.event"
        " WHERE aggregate_id = $1 AND type LIKE 'vendors.%' ORDER BY id",
        UUID(str(aggregate_id)),
    )
    return rows
