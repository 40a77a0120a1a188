"""Slugs of vendors: found for a name, kept for ever, never two vendors'."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from actors import Marketplace, Person, Vendor
from plaza.contexts.vendors.slug import slugs_for

FORM = {"country": "GB", "currency": "GBP", "contact_email": "v@plaza.example"}


async def applying(person: Person, **fields: Any) -> httpx.Response:
    return await person.post("/v1/vendors", FORM | fields)


async def changing(vendor: Vendor, version: int, **fields: Any) -> httpx.Response:
    return await vendor.patch(vendor.path, fields, version=version)


async def at(marketplace: Marketplace, slug: str, after: httpx.Response) -> httpx.Response:
    token = {"plaza-consistency": after.headers["plaza-consistency"]}
    return await marketplace.anybody.get(f"/v1/vendors/{slug}", headers=token)


def test_every_name_has_a_slug_of_its_own_in_the_end() -> None:
    vendor_id = uuid4()
    slugs = list(slugs_for("Oak & Ash " * 12, vendor_id))

    assert slugs[1] == f"{slugs[0]}-2"
    assert len(slugs) == len(set(slugs)) == 10
    assert slugs[-1].endswith(vendor_id.hex)
    assert all(len(slug) <= 80 and "--" not in slug for slug in slugs)


async def test_vendors_of_one_name_get_a_number_each_also_at_once(
    marketplace: Marketplace,
) -> None:
    person, name = await marketplace.a_shopper(), f"Twin {uuid4().hex}"
    plain = name.lower().replace(" ", "-")

    answers = await asyncio.gather(*(applying(person, name=name) for _ in range(12)))

    assert {answer.status_code for answer in answers} == {201}
    slugs = {answer.json()["slug"] for answer in answers}
    assert len(slugs) == 12
    assert slugs >= {plain, *(f"{plain}-{number}" for number in range(2, 10))}


async def test_under_its_former_slug_a_vendor_is_found_where_it_is_now(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()
    new = f"renamed-{uuid4().hex}"

    changed = await changing(vendor, 2, slug=new, name="Renamed")
    moved = await at(marketplace, vendor.slug, changed)
    page = await at(marketplace, new, changed)

    assert (changed.status_code, changed.json()["slug"]) == (200, new)
    assert changed.headers["etag"] == '"3"'
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/vendors/{new}")
    assert page.json()["name"] == "Renamed"
    suspended = await operator.post(f"{vendor.path}/suspend")
    assert (await at(marketplace, vendor.slug, suspended)).status_code == 404


async def test_under_its_former_slug_a_vendor_lists_what_it_sells(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    product = await vendor.lists_product()
    changed = await changing(vendor, 2, slug=f"renamed-{uuid4().hex}")

    token = {"plaza-consistency": changed.headers["plaza-consistency"]}
    asked = {"vendor": vendor.slug}
    listed = await marketplace.anybody.get("/v1/products", params=asked, headers=token)

    (item,) = listed.json()["items"]
    assert (item["id"], item["vendor"]["slug"]) == (product["id"], changed.json()["slug"])


async def test_a_former_slug_stays_its_vendors_own(marketplace: Marketplace) -> None:
    vendor, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    new = f"renamed-{uuid4().hex}"
    await changing(vendor, 2, slug=new)

    taken = [
        await applying(other, name="Other", slug=vendor.slug),
        await changing(other, 2, slug=vendor.slug),
        await changing(other, 2, slug=new),
    ]
    numbered = await applying(other, name=vendor.slug.replace("-", " "))
    back = await changing(vendor, 3, slug=vendor.slug)

    assert [(t.status_code, t.json()["code"]) for t in taken] == [(409, "slug_taken")] * 3
    assert {t.json()["detail"] for t in taken} == {"Choose another slug."}
    assert numbered.json()["slug"] == f"{vendor.slug}-2"
    assert (back.status_code, back.json()["slug"]) == (200, vendor.slug)
    moved = await at(marketplace, new, back)
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/vendors/{vendor.slug}")


async def test_a_slug_that_is_left_while_others_want_it_is_kept(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    for _ in range(5):
        vendor, other = await marketplace.a_vendor(), await marketplace.a_vendor()

        left, *wanted = await asyncio.gather(
            changing(vendor, 2, slug=f"renamed-{uuid4().hex}"),
            changing(other, 2, slug=vendor.slug),
            applying(other, name="Other", slug=vendor.slug),
        )

        assert left.status_code == 200
        assert {answer.status_code for answer in wanted} == {409}
        holders = await database.fetchval(
            "SELECT count(*) FROM vendors.vendor WHERE slug = $1", vendor.slug
        )
        assert holders == 0


async def test_two_vendors_cannot_swap_their_slugs(marketplace: Marketplace) -> None:
    first, second = await marketplace.a_vendor(), await marketplace.a_vendor()

    answers = await asyncio.gather(
        changing(first, 2, slug=second.slug), changing(second, 2, slug=first.slug)
    )

    assert {answer.status_code for answer in answers} == {409}


async def test_a_change_needs_the_version_that_was_read(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()

    without = await vendor.patch(vendor.path, {"name": "Mine"})
    stale = await changing(vendor, 1, name="Mine")
    standing = (await vendor.get(f"{vendor.path}/standing")).json()

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (standing["name"], standing["version"]) == (f"Vendor {vendor.slug}", 2)


async def test_an_address_is_changed_and_told_nobody(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    address = f"{uuid4().hex}@plaza.example"

    await changing(vendor, 2, contact_email=address, country="IE")

    standing = (await vendor.get(f"{vendor.path}/standing")).json()
    assert (standing["contact_email"], standing["country"]) == (address, "IE")
    told = "SELECT count(*) FROM outbox.event e WHERE e::text LIKE '%' || $1 || '%'"
    assert await database.fetchval(told, address) == 0


async def test_nothing_of_a_closed_vendor_is_changed(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    await vendor.post(f"{vendor.path}/close")

    answer = await changing(vendor, 3, name="Mine")

    assert (answer.status_code, answer.json()["code"]) == (409, "vendor_closed")


async def test_no_vendor_is_called_by_what_reads_as_an_id(marketplace: Marketplace) -> None:
    other, vendor = await marketplace.a_vendor(), await marketplace.a_vendor()
    named = str(uuid4())

    changed = await changing(vendor, 2, slug=other.id)
    asked = await applying(await marketplace.a_shopper(), name="Oak", slug=other.id)
    applied = await applying(await marketplace.a_shopper(), name=named.replace("-", " "))

    assert [answer.status_code for answer in (changed, asked)] == [409, 409]
    assert {answer.json()["code"] for answer in (changed, asked)} == {"slug_taken"}
    assert applied.json()["slug"] == f"{named}-2"
