"""The links of mails, as the people who get them would open them."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

from actors import PASSWORD, Marketplace, Person
from plaza.kernel.keys import derived_key
from plaza.kernel.signed_id import SignedIds
from plaza.kernel.text import normalized_email
from plaza.settings import Settings

LAST = """
    SELECT id FROM identity.mail_request WHERE email = $1 AND purpose = $2
    ORDER BY id DESC LIMIT 1
"""
REQUESTED = """
    SELECT r.purpose, r.email, r.account_id, r.used_at, r.expires_at - r.created_at AS lifetime
    FROM identity.mail_request r JOIN outbox.event e ON e.aggregate_id = r.id
    WHERE e.type = 'identity.mail_requested.v1' AND e.payload ->> 'purpose' = r.purpose
        AND r.email = $1
    ORDER BY r.id
"""
ACCOUNT_ID = "SELECT id FROM identity.account WHERE email_normalized = $1"


def an_address() -> str:
    return f"{uuid4().hex}@plaza.example"


def token_of(settings: Settings, mail_request_id: UUID, purpose: str) -> str:
    """What stands in the mail's link."""
    return SignedIds(derived_key(settings.secret(), "mail-token")).sign(mail_request_id, purpose)


async def mailed_token(
    marketplace: Marketplace, database: asyncpg.Connection, email: str | None, purpose: str
) -> str:
    """The token of the last mail to an address."""
    mail_request_id = await database.fetchval(LAST, email, purpose)
    assert mail_request_id is not None
    return token_of(marketplace.settings, mail_request_id, purpose)


async def requested(database: asyncpg.Connection, email: str | None) -> list[asyncpg.Record]:
    """The mails that were asked for to an address, each with its fact."""
    return await database.fetch(REQUESTED, email)


async def account_id_of(database: asyncpg.Connection, email: str | None) -> UUID:
    assert email is not None
    account_id: UUID = await database.fetchval(ACCOUNT_ID, normalized_email(email))
    return account_id


async def log_in(marketplace: Marketplace, email: str | None, password: str = PASSWORD) -> Any:
    """The answer to a log-in."""
    form = {"email": email, "password": password}
    return await marketplace.anybody.post("/v1/sessions", form)


async def another_device(marketplace: Marketplace, person: Person) -> Person:
    """The same person, logged in once more."""
    assert person.email is not None
    return await marketplace.logged_in(person.email)
