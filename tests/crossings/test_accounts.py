"""A person leaves the marketplace, and nobody there knows them any more."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace, Person, Vendor
from contexts.identity.links import account_id_of, another_device, log_in, requested
from contexts.vendors.people import (
    a_member,
    a_verified_person,
    accepting,
    invited,
    token_of,
)

TABLES_OF_PEOPLE = """
    SELECT c.oid::regclass::text AS name FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attname = 'account_id' AND c.relkind = 'r'
        AND n.nspname IN ('identity', 'vendors', 'catalog', 'inventory', 'notifications')
"""
FACTS = """
    SELECT type, payload FROM outbox.event WHERE account_id = $1 ORDER BY id
"""
JOIN = """
    INSERT INTO vendors.member (vendor_id, account_id, role) VALUES ($1, $2, $3)
"""
INVITE = """
    INSERT INTO vendors.invitation (id, vendor_id, email, role, expires_at)
    VALUES (gen_random_uuid(), $1, $2, 'staff', now() + interval '1 day')
"""
SECOND_FACTOR = """
    INSERT INTO identity.totp (account_id, secret_encrypted) VALUES ($1, 'secret')
"""
KEPT = "SELECT body FROM writing.idempotency WHERE key = $1 OR position($2::bytea IN body) > 0"
PROVIDER = """
    INSERT INTO identity.oidc_identity (issuer, subject, account_id)
    VALUES ('https://id.example', $2, $1)
"""


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def erases(person: Person, **body: Any) -> httpx.Response:
    return await person.post("/v1/account/erase", body)


async def test_nothing_of_an_erased_person_is_left_but_the_id(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    await another_device(marketplace, shopper)
    account_id = await account_id_of(database, shopper.email)
    await database.execute(JOIN, vendor.id, account_id, "owner")
    await database.execute(INVITE, vendor.id, str(shopper.email).upper())
    await database.execute(SECOND_FACTOR, account_id)
    await database.execute(PROVIDER, account_id, str(account_id))

    answer = await erases(shopper, password=PASSWORD)

    assert (answer.status_code, answer.json()) == (200, {"status": "erased"})
    row = await database.fetchrow("SELECT * FROM identity.account WHERE id = $1", account_id)
    assert row is not None
    left = {name for name, value in row.items() if value}
    assert left == {"id", "version", "created_at", "erased_at"}
    tables = [table["name"] for table in await database.fetch(TABLES_OF_PEOPLE)]
    assert {"identity.session", "identity.totp", "vendors.member"} <= set(tables)
    for table in tables:
        rows = await database.fetch(f"SELECT * FROM {table} WHERE account_id = $1", account_id)
        # The last mail has not gone out yet; a sweep forgets its address.
        expected = ["account_erased"] if table == "identity.mail_request" else []
        assert [held.get("purpose") for held in rows] == expected, table
    count = "SELECT count(*) FROM vendors.invitation WHERE lower(email) = $1"
    assert await database.fetchval(count, shopper.email) == 0


async def test_an_erased_persons_address_is_not_kept_for_repeats_of_their_invitation(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    key, form = str(uuid4()), {"email": shopper.email, "role": "staff"}
    headers = {"idempotency-key": key}
    first = await vendor.post(f"{vendor.path}/members", form, headers=headers)

    assert (await erases(shopper, password=PASSWORD)).status_code == 200

    assert (first.status_code, first.json()["email"]) == (202, shopper.email)
    assert await database.fetch(KEPT, key, str(shopper.email).encode()) == []
    again = await vendor.post(f"{vendor.path}/members", form, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)


async def test_the_facts_of_an_erasure_name_the_id_only(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    await another_device(marketplace, shopper)
    account_id = await account_id_of(database, shopper.email)

    await erases(shopper, password=PASSWORD)

    facts = [
        (row["type"], json.loads(row["payload"])) for row in await database.fetch(FACTS, account_id)
    ]
    types = [kind for kind, _ in facts]
    assert types.count("identity.session_revoked.v1") == 2
    assert types.count("identity.account_erased.v1") == 1
    reasons = {payload.get("reason") for _, payload in facts} - {None}
    assert reasons == {"account_erased"}
    assert str(shopper.email) not in str(facts)
    (mail,) = await requested(database, shopper.email)
    assert mail["purpose"] == "account_erased"


async def test_who_is_erased_is_logged_out_and_the_address_is_free_again(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    assert shopper.email is not None
    first = await account_id_of(database, shopper.email)

    await erases(shopper, password=PASSWORD)
    gone = await log_in(marketplace, shopper.email)
    form = {"email": shopper.email, "password": PASSWORD, "name": "Ann again"}
    await marketplace.anybody.post("/v1/accounts", form)
    again = await marketplace.logged_in(shopper.email)

    assert told(gone) == (401, "wrong_credentials")
    own = (await again.get("/v1/account")).json()
    assert (own["name"], own["id"] != str(first)) == ("Ann again", True)


@pytest.mark.parametrize(
    ("body", "code"), [({}, "password_required"), ({"password": "wrong"}, "wrong_password")]
)
async def test_an_erasure_needs_the_password(
    marketplace: Marketplace, body: dict[str, str], code: str
) -> None:
    shopper = await marketplace.a_shopper()

    assert told(await erases(shopper, **body)) == (403, code)
    assert (await shopper.get("/v1/account")).status_code == 200


async def test_the_last_owner_of_a_vendor_stays_and_is_told_why(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()

    answer = await erases(vendor, password=PASSWORD)

    assert told(answer) == (409, "open_obligations")
    (obligation,) = answer.json()["obligations"]
    assert (obligation["kind"], obligation["id"]) == ("last_owner", vendor.id)
    assert "close it" in obligation["detail"]
    assert (await vendor.get("/v1/account")).status_code == 200
    members = "SELECT count(*) FROM vendors.member WHERE vendor_id = $1"
    assert await database.fetchval(members, vendor.id) == 1


@pytest.mark.parametrize("move", ["close", "reject"])
async def test_a_vendor_that_is_over_keeps_nobody(marketplace: Marketplace, move: str) -> None:
    operator = await marketplace.operator()
    vendor = await (marketplace.a_vendor() if move == "close" else marketplace.an_applicant())
    assert (await operator.post(f"{vendor.path}/{move}", {"reason": "over"})).status_code == 200

    assert (await erases(vendor, password=PASSWORD)).status_code == 200


@pytest.mark.parametrize("status", ["applied", "onboarding", "in_review"])
async def test_an_applicant_may_go_and_the_vendor_is_never_approved(
    marketplace: Marketplace, database: asyncpg.Connection, status: str
) -> None:
    # It cannot be closed, and nobody has bought of it.
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    await database.execute("UPDATE vendors.vendor SET status = $2 WHERE id = $1", vendor.id, status)
    closed = await vendor.post(f"{vendor.path}/close")

    erased = await erases(vendor, password=PASSWORD)
    approved = await operator.post(f"{vendor.path}/approve")

    assert told(closed) == (409, "illegal_transition")
    assert (erased.status_code, erased.json()) == (200, {"status": "erased"})
    code = "illegal_transition" if status == "onboarding" else "vendor_without_owner"
    assert told(approved) == (409, code)


async def test_who_is_staff_or_one_of_two_owners_may_go(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    staff, owner = await marketplace.a_shopper(), await marketplace.a_shopper()
    for person, role in ((staff, "staff"), (owner, "owner")):
        await database.execute(JOIN, vendor.id, await account_id_of(database, person.email), role)

    assert (await erases(staff, password=PASSWORD)).status_code == 200
    assert (await erases(vendor, password=PASSWORD)).status_code == 200
    assert told(await erases(owner, password=PASSWORD)) == (409, "open_obligations")


async def test_nobody_who_has_gone_comes_back_by_an_invitation_of_their_own(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, second = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    owner = await a_member(marketplace, database, vendor, "owner")
    own = await invited(owner, second.email, "owner")
    others = await invited(vendor, "colleague@plaza.example")

    assert (await erases(owner, password=PASSWORD)).status_code == 200
    refused = await accepting(second, token_of(marketplace, own["id"]))

    assert told(refused) == (422, "invitation_revoked")
    listed = (await vendor.get(f"{vendor.path}/invitations")).json()["items"]
    status = {invitation["id"]: invitation["status"] for invitation in listed}
    assert (status[own["id"]], status[others["id"]]) == ("revoked", "open")


async def test_of_two_owners_who_go_at_once_one_stays(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, other = await marketplace.a_vendor(), await marketplace.a_shopper()
    await database.execute(JOIN, vendor.id, await account_id_of(database, other.email), "owner")

    answers = await asyncio.gather(*(erases(p, password=PASSWORD) for p in (vendor, other)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def exported(person: Person) -> dict[str, Any]:
    answer = await person.get("/v1/account/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    document: dict[str, Any] = answer.json()
    return document


async def test_an_invitation_is_theirs_and_goes_with_them_however_its_address_is_spelled(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, name = await marketplace.a_vendor(), uuid4().hex
    form = {"email": f"jos\u00e9-{name}@plaza.example", "password": PASSWORD, "name": "Jose"}
    assert (await marketplace.anybody.post("/v1/accounts", form)).status_code == 202
    person = await marketplace.logged_in(form["email"])
    invited = {"email": f"JOSE\u0301-{name}@plaza.example", "role": "staff"}
    assert (await vendor.post(f"{vendor.path}/members", invited)).status_code == 202

    held = (await exported(person))["invitations"]
    assert (await erases(person, password=PASSWORD)).status_code == 200

    assert [invitation["vendor_id"] for invitation in held] == [vendor.id]
    count = "SELECT count(*) FROM vendors.invitation WHERE vendor_id = $1"
    assert await database.fetchval(count, UUID(vendor.id)) == 0


async def test_a_person_gets_all_that_is_held_about_them_and_of_nobody_else(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor: Vendor = await marketplace.a_vendor()
    shopper, stranger = await marketplace.a_shopper(), await marketplace.a_shopper()
    await another_device(marketplace, shopper)
    account_id: UUID = await account_id_of(database, shopper.email)
    await database.execute(JOIN, vendor.id, account_id, "staff")
    await database.execute(INVITE, vendor.id, shopper.email)
    await database.execute(PROVIDER, account_id, str(account_id))

    own, theirs = await exported(shopper), await exported(stranger)

    assert own["account"] == (await shopper.get("/v1/account")).json()
    assert len(own["sessions"]) == 2
    assert [mail["purpose"] for mail in own["mail_requests"]] == ["verify_email"]
    (provider,) = own["providers"]
    assert (provider["issuer"], provider["subject"]) == ("https://id.example", str(account_id))
    assert own["second_factor_since"] is None
    (membership,) = own["memberships"]
    assert (membership["vendor_id"], membership["role"]) == (vendor.id, "staff")
    (invitation,) = own["invitations"]
    assert invitation["vendor_id"] == vendor.id
    elsewhere = ("providers", "memberships", "invitations")
    assert [theirs[name] for name in elsewhere] == [[], [], []]
    assert "hash" not in json.dumps(own).lower()
