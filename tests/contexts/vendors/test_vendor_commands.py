"""Vendors over HTTP: who moves them, and what is told of an illegal move."""

from uuid import uuid4

import asyncpg

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
