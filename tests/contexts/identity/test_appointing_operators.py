"""Whom the installation appoints, and who has registered the address before."""

import asyncpg

from actors import PASSWORD, Marketplace
from contexts.identity.links import an_address, log_in
from plaza.entrypoints.installation import appoint

GIVEN = "a horse of the operators"
VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE email = $1"
IS_OPERATOR = "SELECT is_operator FROM identity.account WHERE email = $1"


async def test_who_registered_the_address_of_an_operator_before_is_let_in_no_more(
    marketplace: Marketplace,
) -> None:
    stranger = await marketplace.a_shopper()
    email = str(stranger.email)
    waiting = {"email": an_address(), "password": PASSWORD}
    await stranger.patch("/v1/account", waiting, version=1)

    made = await appoint(marketplace.settings, email=email, name="Op", password=GIVEN)

    assert made == GIVEN
    assert (await log_in(marketplace, email, PASSWORD)).status_code == 401
    own = (await (await marketplace.logged_in(email, GIVEN)).get("/v1/account")).json()
    assert (own["is_operator"], own["pending_email"]) == (True, None)
    assert own["email_verified_at"] is not None

    async def is_refused() -> bool:
        return (await stranger.get("/v1/account")).status_code == 401

    await marketplace.until(is_refused, timeout_s=1)


async def test_who_has_shown_that_the_address_is_theirs_keeps_the_password(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    person = await marketplace.a_shopper()
    await database.execute(VERIFY, person.email)

    made = await appoint(marketplace.settings, email=str(person.email), name="Op", password=GIVEN)

    assert made is None
    assert await database.fetchval(IS_OPERATOR, person.email)
    assert (await log_in(marketplace, person.email, PASSWORD)).status_code == 201
