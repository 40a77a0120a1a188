"""Vendors for which nobody answers: whose invitation was lost, or whose owner has left."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from actors import PASSWORD, Marketplace, Person
from contexts.vendors.people import a_verified_person, accepting, facts_of, token_of

INVITE = "/v1/operations/vendors/invite"
LAST_INVITATION = """
    SELECT id FROM vendors.invitation WHERE vendor_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1
"""
CONTACT = "SELECT contact_email FROM vendors.vendor WHERE id = $1"


async def an_invited_vendor(marketplace: Marketplace, email: str | None) -> dict[str, Any]:
    answer = await (await marketplace.operator()).post(INVITE, {"email": email})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def inviting(
    marketplace: Marketplace, vendor_id: str, email: str | None, **headers: str
) -> httpx.Response:
    path = f"/v1/operations/vendors/{vendor_id}/invite"
    return await (await marketplace.operator()).post(path, {"email": email}, headers=headers)


async def last_token(marketplace: Marketplace, database: asyncpg.Connection, vendor: str) -> str:
    return token_of(marketplace, await database.fetchval(LAST_INVITATION, vendor))


async def erased(person: Person) -> None:
    answer = await person.post("/v1/account/erase", {"password": PASSWORD})
    assert answer.status_code == 200, answer.text


async def test_whose_invitation_went_elsewhere_is_invited_anew_and_the_first_mail_is_void(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    mistyped = await a_verified_person(marketplace, database)
    person = await a_verified_person(marketplace, database)
    vendor = await an_invited_vendor(marketplace, mistyped.email)
    lost = await last_token(marketplace, database, vendor["id"])

    invited = await inviting(marketplace, vendor["id"], person.email)
    refused = await accepting(mistyped, lost)
    accepted = await accepting(person, await last_token(marketplace, database, vendor["id"]))

    assert (invited.status_code, invited.json()["status"]) == (200, "invited")
    assert (refused.status_code, refused.json()["code"]) == (422, "invitation_revoked")
    assert accepted.json() == {"vendor_id": vendor["id"], "role": "owner"}
    standing = (await person.get(f"/v1/vendors/{vendor['id']}/standing")).json()
    assert (standing["status"], standing["contact_email"]) == ("applied", person.email)


async def test_the_same_address_is_invited_as_often_as_need_be(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    person = await a_verified_person(marketplace, database)
    vendor = await an_invited_vendor(marketplace, person.email)

    answer = await inviting(marketplace, vendor["id"], person.email)

    assert (answer.status_code, answer.json()["version"]) == (200, vendor["version"])
    token = await last_token(marketplace, database, vendor["id"])
    assert (await accepting(person, token)).status_code == 201


async def test_a_vendor_that_has_an_owner_is_left_to_them(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()

    answer = await inviting(marketplace, vendor.id, "somebody@plaza.example")

    assert (answer.status_code, answer.json()["code"]) == (409, "vendor_has_owner")


async def test_a_closed_vendor_gets_no_owner(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    assert (await vendor.post(f"{vendor.path}/close")).status_code == 200
    await erased(vendor)

    answer = await inviting(marketplace, vendor.id, "somebody@plaza.example")

    assert (answer.status_code, answer.json()["code"]) == (409, "vendor_closed")


async def test_an_address_that_is_none_is_refused_and_the_first_mail_stays_good(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    person = await a_verified_person(marketplace, database)
    vendor = await an_invited_vendor(marketplace, person.email)

    answer = await inviting(marketplace, vendor["id"], "no address")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_email")
    token = await last_token(marketplace, database, vendor["id"])
    assert (await accepting(person, token)).status_code == 201


async def test_what_was_read_before_somebody_else_changed_it_is_not_decided_upon(
    marketplace: Marketplace,
) -> None:
    vendor = await an_invited_vendor(marketplace, f"{uuid4()}@plaza.example")

    email = "somebody@plaza.example"
    answer = await inviting(marketplace, vendor["id"], email, **{"if-match": '"7"'})

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


async def test_how_an_erased_applicant_was_reached_is_forgotten_and_a_successor_may_be_invited(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    await erased(vendor)
    left = await database.fetchval(CONTACT, vendor.id)
    successor = await a_verified_person(marketplace, database)

    answer = await inviting(marketplace, vendor.id, successor.email)
    accepted = await accepting(successor, await last_token(marketplace, database, vendor.id))
    approved = await (await marketplace.operator()).post(f"{vendor.path}/approve")

    assert left == ""
    assert (answer.status_code, accepted.status_code) == (200, 201)
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert [fact["version"] for fact in await facts_of(database, vendor.id)] == [1, 2, 3, 4]


async def test_how_somebody_who_was_invited_and_erased_was_reached_is_forgotten(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    person = await a_verified_person(marketplace, database)
    vendor = await an_invited_vendor(marketplace, person.email)

    await erased(person)

    assert await database.fetchval(CONTACT, vendor["id"]) == ""


async def test_who_is_invited_in_anothers_place_is_not_forgotten_with_them(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await a_verified_person(marketplace, database)
    second = await a_verified_person(marketplace, database)
    vendor = await an_invited_vendor(marketplace, first.email)
    await inviting(marketplace, vendor["id"], second.email)

    await erased(first)

    assert await database.fetchval(CONTACT, vendor["id"]) == second.email


async def test_a_vendor_with_another_owner_is_reached_as_before(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    other = await a_verified_person(marketplace, database)
    wanted = {"email": other.email, "role": "owner"}
    sent = (await vendor.post(f"{vendor.path}/members", wanted)).json()
    assert (await accepting(other, token_of(marketplace, sent["id"]))).status_code == 201
    before = await database.fetchval(CONTACT, vendor.id)

    await erased(vendor)

    assert await database.fetchval(CONTACT, vendor.id) == before != ""
