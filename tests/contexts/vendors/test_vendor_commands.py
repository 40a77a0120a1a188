"""Vendors over HTTP: who moves them, and what is told of an illegal move."""

import json
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace


async def test_an_applicant_becomes_the_owner_and_has_a_slug(marketplace: Marketplace) -> None:
    person, name = await marketplace.a_shopper(), f"Käthe's {uuid4().hex}"
    form = {"name": name, "country": "DE", "currency": "EUR", "contact_email": "k@plaza.example"}

    answer = await person.post("/v1/vendors", form)
    own = await person.get(f"/v1/vendors/{answer.json()['id']}/products")

    body = answer.json()
    assert (answer.status_code, body["status"], body["version"]) == (201, "applied", 1)
    assert body["slug"] == name.replace("ä", "a").replace("'", "").replace(" ", "-").lower()[:60]
    assert own.status_code == 200


async def test_a_taken_slug_is_a_conflict(marketplace: Marketplace) -> None:
    vendor, person = await marketplace.an_applicant(), await marketplace.a_shopper()
    form = {"name": "V", "country": "GB", "currency": "GBP", "contact_email": "v@plaza.example"}

    answer = await person.post("/v1/vendors", form | {"slug": vendor.slug})

    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


async def test_a_currency_that_does_not_exist_is_refused(marketplace: Marketplace) -> None:
    person = await marketplace.a_shopper()
    form = {"name": "V", "country": "GB", "currency": "ZZZ", "contact_email": "v@plaza.example"}

    answer = await person.post("/v1/vendors", form)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_currency")


async def test_a_country_that_does_not_exist_is_refused(marketplace: Marketplace) -> None:
    person, vendor = await marketplace.a_shopper(), await marketplace.an_applicant()
    form = {"name": "V", "country": "XX", "currency": "GBP", "contact_email": "v@plaza.example"}
    invited = {"email": "v@plaza.example", "country": "XX", "currency": "GBP"}

    answers = [
        await person.post("/v1/vendors", form),
        await vendor.patch(vendor.path, {"country": "XX"}, version=1),
        await (await marketplace.operator()).post("/v1/operations/vendors/invite", invited),
    ]

    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told == [(422, "unknown_country")] * 3


@pytest.mark.parametrize(
    "address", ["nope", "@plaza.example", "hello@plaza", "two words@plaza.example"]
)
async def test_an_address_that_no_order_could_be_mailed_to_is_refused(
    marketplace: Marketplace, address: str
) -> None:
    vendor, person = await marketplace.an_applicant(), await marketplace.a_shopper()
    form = {"name": "V", "country": "GB", "currency": "GBP", "contact_email": address}

    applied = await person.post("/v1/vendors", form)
    changed = await vendor.patch(vendor.path, {"contact_email": address}, version=1)

    for answer in (applied, changed):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_email")
    standing = (await vendor.get(f"{vendor.path}/standing")).json()
    assert (standing["contact_email"], standing["version"]) == (f"hello@{vendor.slug}.example", 1)


async def test_an_illegal_move_names_what_is_possible(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()

    answer = await operator.post(f"{vendor.path}/reject", {"reason": "late"})

    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "illegal_transition")
    assert (body["from"], body["to"]) == ("approved", "rejected")
    assert body["allowed"] == ["suspended", "closed"]
    status = "SELECT status, version FROM vendors.vendor WHERE id = $1"
    assert tuple(await database.fetchrow(status, vendor.id) or ()) == ("approved", 2)


async def test_the_owner_may_close_the_vendor_for_good(marketplace: Marketplace) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()

    closed = await vendor.post(f"{vendor.path}/close", {"reason": "retired"})
    reopened = await operator.post(f"{vendor.path}/approve")

    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert (reopened.status_code, reopened.json()["allowed"]) == (409, [])


async def test_a_version_on_a_status_move_is_honoured_where_it_is_given(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()

    stale = await operator.post(f"{vendor.path}/approve", headers={"if-match": '"9"'})
    right = await operator.post(f"{vendor.path}/approve", headers={"if-match": '"1"'})

    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    assert (right.status_code, right.headers["etag"]) == (200, '"2"')


CHANGED = """
    SELECT payload FROM outbox.event
    WHERE vendor_id = $1 AND type = 'vendors.vendor_changed.v1' ORDER BY id
"""


async def test_a_vendor_says_which_tax_its_prices_include(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    standing = f"{vendor.path}/standing"
    before = (await vendor.get(standing)).json()

    changed = await vendor.patch(vendor.path, {"tax_rate": "0.200"}, version=2)
    kept = await vendor.patch(vendor.path, {"description": "Oak."}, version=3)

    assert (before["tax_rate"], changed.status_code) == ("0", 200)
    assert (changed.json()["tax_rate"], kept.json()["tax_rate"]) == ("0.2", "0.2")
    assert (await vendor.get(standing)).json()["tax_rate"] == "0.2"
    stored = "SELECT tax_rate::text FROM vendors.vendor WHERE id = $1"
    assert await database.fetchval(stored, vendor.id) == "0.200000"
    facts = [json.loads(row["payload"]) for row in await database.fetch(CHANGED, vendor.id)]
    assert [fact["tax_rate"] for fact in facts] == ["0.2", "0.2"]


@pytest.mark.parametrize(
    "wrong", ["1", "-0.1", "0.1234567", "20 %", "", "1e-1", ".2", 0.2, 0, None]
)
async def test_what_is_no_rate_of_tax_is_refused(marketplace: Marketplace, wrong: object) -> None:
    vendor = await marketplace.a_vendor()

    answer = await vendor.patch(vendor.path, {"tax_rate": wrong}, version=2)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/tax_rate"
    assert (await vendor.get(f"{vendor.path}/standing")).json()["version"] == 2
