"""Addresses that compare equal and may be two people's mailboxes."""

from uuid import uuid4

import asyncpg
import pytest

from actors import PASSWORD, Marketplace
from contexts.identity.authenticator import told
from contexts.identity.elsewhere import elsewhere
from contexts.identity.links import account_id_of
from plaza.settings import Settings

VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE email = $1"
LINKS = "SELECT count(*) FROM identity.oidc_identity WHERE subject = $1"


async def a_verified_account(
    marketplace: Marketplace, database: asyncpg.Connection, email: str
) -> None:
    form = {"email": email, "password": PASSWORD, "name": "Ann"}
    assert (await marketplace.anybody.post("/v1/accounts", form)).status_code == 202
    await database.execute(VERIFY, email)


@pytest.mark.parametrize("domain", ["stra\u00dfe.example", "\u017ftrasse.example"])
async def test_another_spelling_at_a_provider_opens_nobodys_account(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection, domain: str
) -> None:
    name = uuid4().hex
    await a_verified_account(marketplace, database, f"{name}@strasse.example")
    async with elsewhere(settings) as there:
        person = there.knows(email=f"{name}@{domain}")

        answer = await there.browser().logs_in()

    assert told(answer) == (403, "oidc_email_not_verified")
    assert await database.fetchval(LINKS, person["sub"]) == 0


async def test_capital_letters_at_a_provider_are_no_other_address(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    name = uuid4().hex
    email = f"{name}@strasse.example"
    await a_verified_account(marketplace, database, email)
    async with elsewhere(settings) as there:
        there.knows(email=email.upper())
        browser = there.browser()

        own = await browser.account(await browser.logs_in())

    assert own["id"] == str(await account_id_of(database, email))
