"""Whoever meets on the rows of one account locks them in one order, so that none is a victim.

Others lock the account before its mail requests, and a session before its refresh tokens.
"""

import asyncio

import asyncpg

from actors import PASSWORD, Marketplace
from contexts.identity.links import account_id_of, mailed_token
from plaza.settings import Settings
from writing.watching import until, waiting_for_locks, watching

ACCOUNT = "SELECT FROM identity.account WHERE id = $1 FOR UPDATE"
MAIL_REQUESTS = "SELECT id FROM identity.mail_request WHERE account_id = $1 FOR UPDATE NOWAIT"
SESSIONS = "SELECT FROM identity.session WHERE account_id = $1 FOR UPDATE"
TOKENS = """
    SELECT token_hash FROM identity.refresh_token t JOIN identity.session s ON s.id = t.session_id
    WHERE s.account_id = $1 FOR UPDATE OF t NOWAIT
"""


async def test_a_link_that_waits_for_its_account_keeps_no_mail_request_from_others(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    await marketplace.anybody.post("/v1/password-resets", {"email": shopper.email})
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")
    form = {"token": token, "password": "another horse battery"}

    async with watching(settings) as other, other.transaction():
        await other.execute(ACCOUNT, account_id)
        reset = asyncio.create_task(marketplace.anybody.post("/v1/password-resets/complete", form))
        await until(lambda: waiting_for_locks(other))
        free = await database.fetch(MAIL_REQUESTS, account_id)

    assert len(free) == 2
    assert (await reset).status_code == 200


async def test_a_refresh_that_waits_for_its_session_keeps_no_token_from_others(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    form = {"email": shopper.email, "password": PASSWORD}
    opened = (await marketplace.anybody.post("/v1/sessions", form)).json()
    token = {"refresh_token": opened["refresh_token"]}

    async with watching(settings) as other, other.transaction():
        await other.execute(SESSIONS, account_id)
        refresh = asyncio.create_task(marketplace.anybody.post("/v1/sessions/refresh", token))
        await until(lambda: waiting_for_locks(other))
        free = await database.fetch(TOKENS, account_id)

    assert len(free) == 2
    assert (await refresh).status_code == 201
