"""A dashboard asks for which vendors the person works who has logged in."""

import asyncpg

from actors import Marketplace
from contexts.vendors.people import a_member

MEMBERSHIPS = "/v1/account/memberships"


async def test_ones_vendors_are_listed_with_ones_role(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, another = await marketplace.a_vendor(), await marketplace.a_vendor()
    staff = await a_member(marketplace, database, owner, "staff")

    (own,) = (await owner.get(MEMBERSHIPS)).json()["items"]
    (theirs,) = (await staff.get(MEMBERSHIPS)).json()["items"]

    assert (own["id"], own["slug"], own["role"], own["status"]) == (
        owner.id,
        owner.slug,
        "owner",
        "approved",
    )
    assert (theirs["id"], theirs["role"], theirs["is_paused"]) == (owner.id, "staff", False)
    assert another.id not in {own["id"], theirs["id"]}


async def test_who_has_only_applied_finds_the_application(marketplace: Marketplace) -> None:
    applicant = await marketplace.an_applicant()

    (own,) = (await applicant.get(MEMBERSHIPS)).json()["items"]

    assert (own["id"], own["status"]) == (applicant.id, "applied")


async def test_a_pause_shows_and_who_works_for_nobody_has_none(marketplace: Marketplace) -> None:
    owner, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    assert (await owner.post(f"{owner.path}/pause", {})).status_code == 200

    assert (await owner.get(MEMBERSHIPS)).json()["items"][0]["is_paused"] is True
    assert (await shopper.get(MEMBERSHIPS)).json() == {"items": [], "next_cursor": None}
