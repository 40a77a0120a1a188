"""Members: who may invite, change and remove whom, and that an owner is left."""

import asyncio

import asyncpg
import pytest

from actors import Marketplace
from contexts.vendors.people import (
    a_member,
    a_verified_person,
    accepting,
    account_id_of,
    facts_of,
    invited,
    token_of,
)

OWNERS = "SELECT count(*) FROM vendors.member WHERE vendor_id = $1 AND role = 'owner'"


async def test_whoever_accepts_works_for_the_vendor_at_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()

    staff = await a_member(marketplace, database, owner, "staff")

    assert (await staff.creates_product())["id"]
    listed = (await owner.get(f"{owner.path}/members")).json()["items"]
    assert [(item["role"], item["email"]) for item in listed] == [
        ("owner", owner.email),
        ("staff", staff.email),
    ]
    assert {item["name"] for item in listed} == {"A shopper"}


async def test_members_come_page_after_page(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    for _ in range(2):
        await a_member(marketplace, database, owner, "staff")
    found, cursor = [], None
    while True:
        page = {"limit": 1} | ({} if cursor is None else {"cursor": cursor})
        answer = (await owner.get(f"{owner.path}/members", params=page)).json()
        found += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break

    assert len(found) == len(set(found)) == 3
    other = await marketplace.a_vendor()
    first = (await owner.get(f"{owner.path}/members", params={"limit": 1})).json()
    foreign = {"cursor": first["next_cursor"]}
    answer = await other.get(f"{other.path}/members", params=foreign)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_one_person_may_work_for_several_vendors(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first, second = await marketplace.a_vendor(), await marketplace.a_vendor()
    person = await a_verified_person(marketplace, database)

    for owner, role in ((first, "manager"), (second, "staff")):
        invitation = await invited(owner, person.email, role)
        token = token_of(marketplace, invitation["id"])
        assert (await accepting(person, token)).json()["vendor_id"] == owner.id

    assert (await person.get(f"{first.path}/members")).status_code == 200
    assert (await person.get(f"{second.path}/members")).status_code == 403


@pytest.mark.parametrize("role", ["manager", "staff"])
async def test_only_owners_invite_change_and_remove_others(
    marketplace: Marketplace, database: asyncpg.Connection, role: str
) -> None:
    owner = await marketplace.a_vendor()
    member = await a_member(marketplace, database, owner, role)
    of_owner = f"{owner.path}/members/{await account_id_of(owner)}"

    refused = [
        await member.post(f"{owner.path}/members", {"email": "a@b.example", "role": "owner"}),
        await member.patch(of_owner, {"role": "staff"}),
        await member.client.delete(of_owner),
        await member.get(f"{owner.path}/invitations"),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4


async def test_a_role_is_changed_and_told(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    member = await a_member(marketplace, database, owner, "staff")
    account_id = await account_id_of(member)
    path = f"{owner.path}/members/{account_id}"

    changed = await owner.patch(path, {"role": "manager"})
    again = await owner.patch(path, {"role": "manager"})

    assert changed.json() == again.json() == {"id": account_id, "role": "manager"}
    member_id = await database.fetchval(
        "SELECT id FROM vendors.member WHERE account_id = $1", account_id
    )
    told = [(fact["type"], fact["version"]) for fact in await facts_of(database, member_id)]
    assert told == [("vendors.member_joined.v1", 1), ("vendors.member_role_changed.v1", 2)]
    assert (await member.get(f"{owner.path}/members")).status_code == 200


async def test_members_may_leave_and_the_vendor_is_gone_for_them(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    member = await a_member(marketplace, database, owner, "staff")
    path = f"{owner.path}/members/{await account_id_of(member)}"

    left = await member.client.delete(path)

    async def gone() -> bool:
        return (await member.get(f"{owner.path}/products")).status_code == 404

    assert left.status_code == 200
    await marketplace.until(gone, timeout_s=2)


async def test_the_last_owner_can_neither_leave_nor_become_something_else(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    path = f"{owner.path}/members/{await account_id_of(owner)}"

    refused = [await owner.client.delete(path), await owner.patch(path, {"role": "staff"})]

    assert [(r.status_code, r.json()["code"]) for r in refused] == [(409, "last_owner")] * 2
    await a_member(marketplace, database, owner, "owner")
    assert (await owner.client.delete(path)).status_code == 200


async def test_of_two_owners_who_leave_at_once_one_stays(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    for _ in range(5):
        first = await marketplace.a_vendor()
        second = await a_member(marketplace, database, first, "owner")
        paths = [f"{o.path}/members/{await account_id_of(o)}" for o in (first, second)]

        answers = await asyncio.gather(
            first.client.delete(paths[0]), second.patch(paths[1], {"role": "staff"})
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert await database.fetchval(OWNERS, first.id) == 1


async def test_a_member_that_is_not_there_is_not_found(marketplace: Marketplace) -> None:
    owner, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    path = f"{owner.path}/members/{await account_id_of(other)}"

    assert (await owner.client.delete(path)).status_code == 404
    assert (await owner.patch(path, {"role": "staff"})).status_code == 404


async def test_who_is_no_owner_any_more_does_not_become_one_by_an_invitation_of_their_own(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    other = await a_member(marketplace, database, owner, "owner")
    own = await invited(other, other.email, "owner")
    path = f"{owner.path}/members/{await account_id_of(other)}"

    await owner.patch(path, {"role": "staff"})
    await other.client.delete(path)
    answer = await accepting(other, token_of(marketplace, own["id"]))

    assert (answer.status_code, answer.json()["code"]) == (422, "invitation_revoked")
    facts = await facts_of(database, own["id"])
    assert [fact["type"] for fact in facts][1:] == ["vendors.invitation_revoked.v1"]


async def test_what_a_removed_owner_has_sent_opens_nothing_and_what_others_sent_still_does(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    other = await a_member(marketplace, database, owner, "owner")
    second, wanted = [await a_verified_person(marketplace, database) for _ in range(2)]
    others = await invited(other, second.email, "owner")
    owners = await invited(owner, wanted.email)

    await owner.client.delete(f"{owner.path}/members/{await account_id_of(other)}")
    answers = [
        await accepting(second, token_of(marketplace, others["id"])),
        await accepting(wanted, token_of(marketplace, owners["id"])),
    ]

    assert [answer.status_code for answer in answers] == [422, 201]


async def test_no_invitation_waits_for_who_was_removed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    staff = await a_member(marketplace, database, owner, "staff")
    waiting = await invited(owner, str(staff.email).upper(), "owner")

    await owner.client.delete(f"{owner.path}/members/{await account_id_of(staff)}")
    answer = await accepting(staff, token_of(marketplace, waiting["id"]))

    assert (answer.status_code, answer.json()["code"]) == (422, "invitation_revoked")
