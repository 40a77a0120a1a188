"""How vendors come in: by themselves or invited, with something required of them or nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from actors import Marketplace, Person, Vendor
from contexts.vendors.people import a_verified_person, accepting, facts_of, token_of

REQUIREMENTS = "/v1/operations/vendor-requirements"
INVITE = "/v1/operations/vendors/invite"
INVITATION = "SELECT id FROM vendors.invitation WHERE vendor_id = $1"

Require = Callable[..., Awaitable[str]]


@pytest_asyncio.fixture(loop_scope="session")
async def require(marketplace: Marketplace) -> AsyncIterator[Require]:
    """Sets requirements, until the test is over; gives their keys."""
    operator, keys = await marketplace.operator(), []

    async def set_one(**fields: Any) -> str:
        key = f"key_{uuid4().hex}"
        form = {"key": key, "label": "Company number"} | fields
        answer = await operator.post(REQUIREMENTS, form)
        assert answer.status_code == 201, answer.text
        keys.append(key)
        return key

    yield set_one
    for key in keys:
        await operator.client.delete(f"{REQUIREMENTS}/{key}")


async def answering(vendor: Vendor, key: str, answer: str = "12345") -> httpx.Response:
    return await vendor.client.put(f"{vendor.path}/requirements/{key}", json={"answer": answer})


async def standing_of(vendor: Vendor) -> dict[str, Any]:
    body: dict[str, Any] = (await vendor.get(f"{vendor.path}/standing")).json()
    return body


async def test_a_vendor_answers_what_is_required_before_it_is_looked_at(
    marketplace: Marketplace, require: Require, database: asyncpg.Connection
) -> None:
    operator = await marketplace.operator()
    first, second = await require(), await require()
    await require(required=False)
    vendor = await marketplace.an_applicant()
    assert (await standing_of(vendor))["status"] == "onboarding"

    early = await operator.post(f"{vendor.path}/approve")
    await answering(vendor, first)
    missing = await vendor.post(f"{vendor.path}/submit")
    await answering(vendor, second)
    submitted = await vendor.post(f"{vendor.path}/submit")
    locked = await answering(vendor, first, "other")
    approved = await operator.post(f"{vendor.path}/approve")

    assert (early.json()["from"], early.json()["allowed"]) == ("onboarding", ["in_review"])
    assert (missing.status_code, missing.json()["code"]) == (409, "requirements_missing")
    assert missing.json()["missing"] == [second]
    assert (submitted.status_code, submitted.json()["status"]) == (200, "in_review")
    assert (locked.status_code, locked.json()["code"]) == (409, "answers_locked")
    assert approved.json()["status"] == "approved"
    assert [(fact["type"], fact["version"]) for fact in await facts_of(database, vendor.id)] == [
        ("vendors.vendor_applied.v1", 1),
        ("vendors.vendor_onboarding_begun.v1", 2),
        ("vendors.vendor_submitted.v1", 3),
        ("vendors.vendor_approved.v1", 4),
    ]


async def test_what_a_vendor_answers_is_for_its_members_and_operators_and_in_no_fact(
    marketplace: Marketplace, require: Require, database: asyncpg.Connection
) -> None:
    vendor, stranger = await marketplace.an_applicant(), await marketplace.an_applicant()
    key, said = await require(), f"secret {uuid4().hex}"
    for answer in ("before", said):
        assert (await answering(vendor, key, answer)).status_code == 200
    path = f"{vendor.path}/requirements"

    for person in (vendor, await marketplace.operator()):
        (item,) = [i for i in (await person.get(path)).json()["items"] if i["key"] == key]
        assert (item["answer"], item["label"]) == (said, "Company number")
    assert (await stranger.get(path)).status_code == 404
    other = (await stranger.get(f"{stranger.path}/requirements")).json()["items"]
    assert [item["answer"] for item in other if item["key"] == key] == [None]
    told = "SELECT count(*) FROM outbox.event e WHERE e::text LIKE '%' || $1 || '%'"
    assert await database.fetchval(told, said) == 0


async def test_a_rejected_vendor_puts_right_what_was_wrong_and_asks_again(
    marketplace: Marketplace, require: Require
) -> None:
    operator, key = await marketplace.operator(), await require()
    vendor = await marketplace.an_applicant()
    await answering(vendor, key)
    await vendor.post(f"{vendor.path}/submit")
    await operator.post(f"{vendor.path}/reject", {"reason": "The number is wrong."})
    rejected = await standing_of(vendor)

    await answering(vendor, key, "54321")
    onboarding = await standing_of(vendor)
    again = await vendor.post(f"{vendor.path}/submit")

    assert (rejected["status"], rejected["status_reason"]) == ("rejected", "The number is wrong.")
    assert (onboarding["status"], onboarding["status_reason"]) == (
        "onboarding",
        "The number is wrong.",
    )
    assert again.json()["status"] == "in_review"
    assert (await standing_of(vendor))["status_reason"] is None


async def test_where_nothing_is_required_there_is_nothing_to_submit(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.an_applicant()

    answer = await vendor.post(f"{vendor.path}/submit")

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert (answer.json()["from"], answer.json()["to"]) == ("applied", "in_review")


async def test_who_had_applied_before_something_was_required_can_submit(
    marketplace: Marketplace, require: Require
) -> None:
    vendor, other = await marketplace.an_applicant(), await marketplace.an_applicant()
    key = await require()

    await answering(vendor, key)
    refused = await other.post(f"{other.path}/submit")

    assert (await vendor.post(f"{vendor.path}/submit")).json()["status"] == "in_review"
    assert refused.json()["code"] == "requirements_missing"
    assert (await standing_of(other))["status"] == "applied"


async def test_a_requirement_that_is_removed_takes_its_answers_along(
    marketplace: Marketplace, require: Require, database: asyncpg.Connection
) -> None:
    operator, vendor = await marketplace.operator(), await marketplace.an_applicant()
    key = await require()
    await answering(vendor, key)

    removed = await operator.client.delete(f"{REQUIREMENTS}/{key}")

    count = "SELECT count(*) FROM vendors.requirement_answer WHERE vendor_id = $1"
    assert removed.status_code == 200
    assert await database.fetchval(count, vendor.id) == 0
    assert (await answering(vendor, key)).status_code == 404
    assert (await operator.client.delete(f"{REQUIREMENTS}/{key}")).status_code == 404
    told = [fact["type"] for fact in await facts_of(database, removed.json()["id"])]
    assert told == ["vendors.requirement_created.v1", "vendors.requirement_removed.v1"]


async def test_a_key_is_set_once(marketplace: Marketplace, require: Require) -> None:
    operator, key = await marketplace.operator(), await require()

    taken = await operator.post(REQUIREMENTS, {"key": key, "label": "Again"})
    malformed = await operator.post(REQUIREMENTS, {"key": "Not A Key", "label": "Again"})

    assert (taken.status_code, taken.json()["code"]) == (409, "requirement_key_taken")
    assert malformed.status_code == 400


@pytest.mark.parametrize("key", ["No%20Key", "%00", "nothing", "k" * 70])
async def test_what_is_no_requirement_cannot_be_answered(
    marketplace: Marketplace, key: str
) -> None:
    assert (await answering(await marketplace.an_applicant(), key)).status_code == 404


async def test_only_operators_require_and_invite(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()

    refused = [
        await vendor.get(REQUIREMENTS),
        await vendor.post(REQUIREMENTS, {"key": "mine", "label": "Mine"}),
        await vendor.client.delete(f"{REQUIREMENTS}/mine"),
        await vendor.post(INVITE, {"email": "a@b.example"}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4


async def comes(
    marketplace: Marketplace, database: asyncpg.Connection, **fields: Any
) -> tuple[Vendor, dict[str, Any]]:
    """Somebody who was invited to sell, and has accepted; what the operator was answered."""
    person, operator = await a_verified_person(marketplace, database), await marketplace.operator()
    invited = await operator.post(INVITE, {"email": person.email} | fields)
    assert invited.status_code == 201, invited.text
    body = invited.json()
    invitation_id = await database.fetchval(INVITATION, body["id"])
    accepted = await accepting(person, token_of(marketplace, invitation_id))
    assert accepted.json() == {"vendor_id": body["id"], "role": "owner"}
    return Vendor(person.client, person.email, id=body["id"], slug=body["slug"]), body


async def test_who_is_invited_becomes_the_owner_and_says_the_rest(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator = await marketplace.operator()

    vendor, invited = await comes(marketplace, database)
    standing = await standing_of(vendor)
    early = await operator.post(f"{vendor.path}/approve")
    await vendor.patch(vendor.path, {"country": "IE", "name": "Oak"}, version=2)
    approved = await operator.post(f"{vendor.path}/approve")

    assert (invited["status"], standing["status"]) == ("invited", "applied")
    assert (standing["country"], standing["currency"]) == (None, marketplace.settings.currency)
    assert standing["contact_email"] == vendor.email
    assert (early.status_code, early.json()["code"]) == (409, "profile_incomplete")
    assert approved.json()["status"] == "approved"
    for fact in await facts_of(database, vendor.id):
        assert str(vendor.email) not in fact["payload"]


async def test_who_is_invited_goes_through_onboarding_where_something_is_required(
    marketplace: Marketplace, require: Require, database: asyncpg.Connection
) -> None:
    key = await require()

    vendor, _ = await comes(marketplace, database, name="Oak", country="GB", currency="EUR")
    standing = await standing_of(vendor)
    await answering(vendor, key)
    submitted = await vendor.post(f"{vendor.path}/submit")

    assert (standing["status"], standing["currency"]) == ("onboarding", "EUR")
    assert submitted.json()["status"] == "in_review"


async def test_an_operator_cannot_approve_who_has_not_accepted(marketplace: Marketplace) -> None:
    operator: Person = await marketplace.operator()
    invited = (await operator.post(INVITE, {"email": "somebody@plaza.example"})).json()

    answer = await operator.post(f"/v1/vendors/{invited['id']}/approve")

    assert (answer.status_code, answer.json()["from"]) == (409, "invited")


async def test_operators_see_requirements_page_after_page(
    marketplace: Marketplace, require: Require
) -> None:
    operator, keys = await marketplace.operator(), [await require() for _ in range(3)]
    found, cursor = [], None
    while True:
        page = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        answer = (await operator.get(REQUIREMENTS, params=page)).json()
        found += [item["key"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert found == keys
