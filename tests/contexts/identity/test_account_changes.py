"""What a person changes of their own account."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace, Person
from contexts.identity.links import (
    account_id_of,
    an_address,
    another_device,
    log_in,
    mailed_token,
    requested,
)

NEW_PASSWORD = "another horse battery"
LIVE = "SELECT count(*) FROM identity.session WHERE account_id = $1 AND revoked_at IS NULL"
# As if it had come by another provider, and a while ago.
NO_PASSWORD = "UPDATE identity.account SET password_hash = NULL WHERE id = $1"
LONG_AGO = """
    UPDATE identity.session SET created_at = created_at - interval '11 minutes'
    WHERE account_id = $1
"""


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def changes(person: Person, version: int | None = 1, **body: Any) -> httpx.Response:
    return await person.patch("/v1/account", body, version=version)


async def takes_password(person: Person, current: str, new: str) -> httpx.Response:
    form = {"current_password": current, "new_password": new}
    return await person.post("/v1/account/password", form)


async def test_a_name_is_changed_at_once(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()

    changed = await changes(shopper, name="Another name")
    own = await shopper.get("/v1/account")

    assert changed.status_code == 200, changed.text
    assert changed.json() == own.json()
    assert (own.json()["name"], own.json()["version"]) == ("Another name", 2)
    assert changed.headers["etag"] == own.headers["etag"] == '"2"'


async def test_what_was_changed_meanwhile_is_not_overwritten(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    await changes(shopper, name="First")

    assert told(await changes(shopper, name="Second")) == (412, "stale_version")
    assert told(await changes(shopper, None, name="Second")) == (428, "version_required")
    assert (await shopper.get("/v1/account")).json()["name"] == "First"


async def test_what_is_the_same_is_no_change(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()

    answers = [
        await changes(shopper),
        await changes(shopper, name="A shopper"),
        await changes(shopper, email=shopper.email, password=PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.json()["version"] for answer in answers] == [1] * 3


async def test_another_address_counts_once_it_is_confirmed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, new = await marketplace.a_shopper(), an_address()
    await marketplace.anybody.post("/v1/password-resets", {"email": shopper.email})
    old_link = await mailed_token(marketplace, database, shopper.email, "reset_password")

    waiting = (await changes(shopper, email=new, password=PASSWORD)).json()
    before = await log_in(marketplace, new)
    token = await mailed_token(marketplace, database, new, "verify_email")
    confirmed = await marketplace.anybody.post("/v1/accounts/verify", {"token": token})
    own = (await shopper.get("/v1/account")).json()

    assert (waiting["email"], waiting["pending_email"]) == (shopper.email, new)
    assert before.status_code == 401
    assert confirmed.status_code == 200
    assert (own["email"], own["pending_email"], own["version"]) == (new, None, 3)
    assert (await log_in(marketplace, new)).status_code == 201
    assert (await log_in(marketplace, shopper.email)).status_code == 401
    form = {"token": old_link, "password": NEW_PASSWORD}
    late = await marketplace.anybody.post("/v1/password-resets/complete", form)
    assert told(late) == (422, "invalid_token")


async def test_an_address_that_is_not_waited_for_any_more_cannot_be_confirmed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, first, second = await marketplace.a_shopper(), an_address(), an_address()
    await changes(shopper, email=first, password=PASSWORD)
    await changes(shopper, 2, email=second, password=PASSWORD)
    token = await mailed_token(marketplace, database, first, "verify_email")

    answer = await marketplace.anybody.post("/v1/accounts/verify", {"token": token})

    assert told(answer) == (422, "invalid_token")
    assert (await shopper.get("/v1/account")).json()["email"] == shopper.email


async def test_the_same_address_wanted_again_is_mailed_again(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, new = await marketplace.a_shopper(), an_address()
    await changes(shopper, email=new, password=PASSWORD)

    again = await changes(shopper, 2, email=new, password=PASSWORD)

    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert len(await requested(database, new)) == 2


async def test_a_taken_address_is_told_to_its_holder_only(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, holder = await marketplace.a_shopper(), await marketplace.a_shopper()

    free = await changes(shopper, email=an_address(), password=PASSWORD)
    taken = await changes(shopper, 2, email=holder.email, password=PASSWORD)
    token = await mailed_token(marketplace, database, holder.email, "verify_email")
    confirmed = await marketplace.anybody.post("/v1/accounts/verify", {"token": token})

    assert (free.status_code, taken.status_code) == (200, 200)
    assert free.json().keys() == taken.json().keys()
    assert told(confirmed) == (409, "email_taken")
    assert (await shopper.get("/v1/account")).json()["email"] == shopper.email


async def test_another_address_needs_the_password(marketplace: Marketplace) -> None:
    shopper, new = await marketplace.a_shopper(), an_address()

    assert told(await changes(shopper, email=new)) == (403, "password_required")
    wrong = await changes(shopper, email=new, password="wrong horse")
    assert told(wrong) == (403, "wrong_password")
    nowhere = await changes(shopper, email="nobody", password=PASSWORD)
    assert told(nowhere) == (422, "invalid_email")
    assert (await shopper.get("/v1/account")).json()["pending_email"] is None


async def test_without_a_password_another_address_needs_a_fresh_log_in(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    await database.execute(NO_PASSWORD, account_id)

    fresh = await changes(shopper, email=an_address())
    await database.execute(LONG_AGO, account_id)
    stale = await changes(shopper, 2, email=an_address())

    assert (fresh.status_code, fresh.json()["has_password"]) == (200, False)
    assert told(stale) == (403, "recent_log_in_required")
    assert told(await log_in(marketplace, shopper.email)) == (401, "wrong_credentials")


async def test_another_password_ends_the_sessions_on_other_devices(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    for _ in range(2):
        await another_device(marketplace, shopper)
    account_id = await account_id_of(database, shopper.email)

    changed = await takes_password(shopper, PASSWORD, NEW_PASSWORD)

    assert changed.status_code == 200, changed.text
    assert changed.json() == {"status": "changed", "sessions_ended": 2}
    assert await database.fetchval(LIVE, account_id) == 1
    assert (await shopper.get("/v1/account")).status_code == 200
    assert (await log_in(marketplace, shopper.email)).status_code == 401
    assert (await log_in(marketplace, shopper.email, NEW_PASSWORD)).status_code == 201
    assert (await requested(database, shopper.email))[-1]["purpose"] == "password_changed"


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("wrong horse", NEW_PASSWORD, 403, "wrong_password"),
        (PASSWORD, "short", 422, "weak_password"),
        (PASSWORD, "basketball", 422, "weak_password"),
        (PASSWORD, "A Shopper", 422, "weak_password"),
    ],
)
async def test_a_password_is_not_taken_without_the_old_one_or_where_it_is_weak(
    marketplace: Marketplace, current: str, new: str, status: int, code: str
) -> None:
    shopper = await marketplace.a_shopper()

    assert told(await takes_password(shopper, current, new)) == (status, code)
    assert (await log_in(marketplace, shopper.email)).status_code == 201


async def test_of_two_who_change_the_password_at_once_one_wins(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    wanted = ["first horse battery", "second horse battery"]

    answers = await asyncio.gather(
        *(takes_password(shopper, PASSWORD, password) for password in wanted)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 403]
    works = [(await log_in(marketplace, shopper.email, p)).status_code for p in wanted]
    assert works == [201 if answer.status_code == 200 else 401 for answer in answers]


async def test_an_account_without_a_password_gets_one_by_mail(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await database.execute(NO_PASSWORD, await account_id_of(database, shopper.email))

    assert told(await takes_password(shopper, PASSWORD, NEW_PASSWORD)) == (409, "no_password")
    await marketplace.anybody.post("/v1/password-resets", {"email": shopper.email})
    token = await mailed_token(marketplace, database, shopper.email, "reset_password")
    form = {"token": token, "password": NEW_PASSWORD}
    assert (await marketplace.anybody.post("/v1/password-resets/complete", form)).is_success
    assert (await log_in(marketplace, shopper.email, NEW_PASSWORD)).status_code == 201


@pytest.mark.parametrize("path", ["/v1/account", "/v1/account/export", "/v1/sessions"])
async def test_nobody_has_no_account(marketplace: Marketplace, path: str) -> None:
    assert (await marketplace.anybody.get(path)).status_code == 401


@pytest.mark.parametrize("way", ["change", "reset"])
async def test_another_password_ends_the_wait_for_another_address(
    marketplace: Marketplace, database: asyncpg.Connection, way: str
) -> None:
    shopper, thiefs = await marketplace.a_shopper(), an_address()
    await changes(shopper, email=thiefs, password=PASSWORD)
    token = await mailed_token(marketplace, database, thiefs, "verify_email")

    if way == "change":
        await takes_password(shopper, PASSWORD, NEW_PASSWORD)
    else:
        await marketplace.anybody.post("/v1/password-resets", {"email": shopper.email})
        link = await mailed_token(marketplace, database, shopper.email, "reset_password")
        form = {"token": link, "password": NEW_PASSWORD}
        await marketplace.anybody.post("/v1/password-resets/complete", form)
    answer = await marketplace.anybody.post("/v1/accounts/verify", {"token": token})

    assert told(answer) == (422, "invalid_token")
    assert (await log_in(marketplace, thiefs, NEW_PASSWORD)).status_code == 401
    own = await (await marketplace.logged_in(str(shopper.email), NEW_PASSWORD)).get("/v1/account")
    assert (own.json()["email"], own.json()["pending_email"]) == (shopper.email, None)
