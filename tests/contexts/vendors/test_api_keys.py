"""API keys: shown once, kept as a hash, ended for good."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import asyncpg
import httpx
import pytest

from actors import Marketplace, Vendor
from contexts.vendors.people import a_member, facts_of
from plaza.contexts.vendors.api_key import ApiKey, InvalidExpiry, Scope
from plaza.web.standings import Scope as ScopeOfGuards

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ROW = "SELECT * FROM vendors.api_key WHERE id = $1"


async def creating(owner: Vendor, **changes: Any) -> httpx.Response:
    form = {"name": "Warehouse", "scopes": ["inventory:write"]} | changes
    return await owner.post(f"{owner.path}/api-keys", form)


def test_guards_and_keys_know_the_same_scopes() -> None:
    assert set(get_args(Scope)) == set(get_args(ScopeOfGuards))


@pytest.mark.parametrize("expires_at", [NOW, NOW + timedelta(days=4000)])
def test_a_key_that_was_never_good_or_is_good_for_ever_is_refused(expires_at: datetime) -> None:
    with pytest.raises(InvalidExpiry):
        ApiKey.create(
            uuid4(),
            name="Key",
            scopes=["catalog:read"],
            created_by=uuid4(),
            expires_at=expires_at,
            now=NOW,
        )


async def test_the_secret_is_shown_once_and_kept_as_a_hash(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()

    answer = await creating(owner, scopes=["catalog:read", "catalog:read"])

    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert len(body["secret"]) == len("plz_live_") + 43
    row = await database.fetchrow(ROW, body["id"])
    assert row is not None
    assert row["secret_hash"] == hashlib.sha256(body["secret"].encode()).digest()
    assert (row["scopes"], row["hint"]) == (["catalog:read"], body["secret"][-4:])
    (listed,) = (await owner.get(f"{owner.path}/api-keys")).json()["items"]
    assert "secret" not in listed
    assert (listed["id"], listed["hint"]) == (body["id"], body["secret"][-4:])
    (fact,) = await facts_of(database, body["id"])
    assert fact["type"] == "vendors.api_key_created.v1"
    assert body["secret"] not in fact["payload"]
    assert "Warehouse" not in fact["payload"]


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": ["catalog:everything"]},
        {"scopes": []},
        {"name": ""},
        {"expires_at": "2030-01-01T00:00:00"},
    ],
    ids=["scope", "no scope", "no name", "no offset"],
)
async def test_what_is_no_key_is_refused(marketplace: Marketplace, changes: dict[str, Any]) -> None:
    answer = await creating(await marketplace.a_vendor(), **changes)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


async def test_a_key_that_has_ended_before_it_began_is_refused(marketplace: Marketplace) -> None:
    answer = await creating(await marketplace.a_vendor(), expires_at="2020-01-01T00:00:00Z")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_expiry")


async def test_a_key_is_ended_once(marketplace: Marketplace, database: asyncpg.Connection) -> None:
    owner = await marketplace.a_vendor()
    key_id = (await creating(owner)).json()["id"]
    path = f"{owner.path}/api-keys/{key_id}"

    first, second = await owner.client.delete(path), await owner.client.delete(path)

    assert first.status_code == 200
    assert first.json()["revoked_at"] == second.json()["revoked_at"] is not None
    told = [fact["type"] for fact in await facts_of(database, key_id)]
    assert told == ["vendors.api_key_created.v1", "vendors.api_key_revoked.v1"]


@pytest.mark.parametrize("role", ["manager", "staff"])
async def test_only_owners_have_to_do_with_keys(
    marketplace: Marketplace, database: asyncpg.Connection, role: str
) -> None:
    owner = await marketplace.a_vendor()
    key_id = (await creating(owner)).json()["id"]
    member = await a_member(marketplace, database, owner, role)

    refused = [
        await creating(member),
        await member.get(f"{owner.path}/api-keys"),
        await member.client.delete(f"{owner.path}/api-keys/{key_id}"),
    ]

    assert [answer.status_code for answer in refused] == [403] * 3


async def is_revoked(database: asyncpg.Connection, key_id: str) -> bool:
    row = await database.fetchrow(ROW, key_id)
    assert row is not None
    return row["revoked_at"] is not None


async def test_a_vendor_that_closes_takes_its_keys_along(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    keys = [(await creating(owner)).json()["id"] for _ in range(2)]
    kept = (await creating(other)).json()["id"]
    await owner.client.delete(f"{owner.path}/api-keys/{keys[0]}")

    await owner.post(f"{owner.path}/close")

    for key_id in keys:
        assert await is_revoked(database, key_id)
        assert len(await facts_of(database, key_id)) == 2
    assert not await is_revoked(database, kept)
    assert (await creating(owner)).json()["code"] == "vendor_closed"
