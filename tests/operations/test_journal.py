"""What was done is kept with what it did, and told to whom it concerns."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from actors import Marketplace
from plaza.settings import Settings
from plaza.writing.journal import network_of
from shopping import a_cart, an_offer
from writing.running import keyed
from writing.watching import watching

OF_PATH = "SELECT count(*) FROM writing.journal WHERE path = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


async def test_a_command_can_be_asked_for_until_its_change_shows(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.post(
        f"{vendor.path}/products",
        {"title": "Mug", "variants": [{"price": {"amount_minor": 1, "currency": "GBP"}}]},
    )
    path = f"/v1/commands/{created.headers['plaza-command']}"

    async def shows_everywhere() -> bool:
        told = (await vendor.get(path)).json()
        return all(shown["visible"] for shown in told["read_models"])

    await marketplace.until(shows_everywhere)
    told = (await vendor.get(path)).json()
    assert (told["status"], told["code"], told["command"]) == ("applied", None, "CreateProduct")
    assert told["operation"] == "createProduct"
    assert told["accepted_at"] <= told["applied_at"]
    assert {"type": "product", "id": created.json()["id"]} in told["subjects"]
    assert {"product_listing", "vendor_products"} <= {m["name"] for m in told["read_models"]}
    assert told["position"] > 0


async def test_a_refusal_is_journalled_with_its_reason_whether_it_can_be_repeated_or_not(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    product = await vendor.creates_product()
    publish = f"{vendor.path}/products/{product['id']}/publish"

    kept = await vendor.post(publish, headers=keyed(uuid4().hex))
    told = (await vendor.get(f"/v1/commands/{kept.headers['plaza-command']}")).json()
    await vendor.post(publish)

    assert (told["status"], told["code"]) == ("refused", "vendor_not_approved")
    assert (told["applied_at"], told["position"]) == (None, None)
    assert {"type": "product", "id": product["id"]} in told["subjects"]
    audit = f"/v1/operations/audit?vendor={vendor.id}&outcome=refused"
    entries = (await operator.get(audit)).json()["items"]
    assert [entry["code"] for entry in entries] == ["vendor_not_approved"] * 2
    assert {entry["operation"] for entry in entries} == {"publishProduct"}


async def test_what_a_guest_may_not_do_with_their_cart_is_journalled_in_no_way(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    cart = await a_cart(marketplace, {await an_offer(await marketplace.a_vendor()): 1})
    unknown = {"offer_id": str(uuid4()), "quantity": 1}

    for key in ({}, keyed(uuid4().hex)):
        refused = await cart.person.post(f"{cart.path}/lines", unknown, headers=cart.headers | key)
        assert refused.status_code == 422, refused.text

    assert await database.fetchval(OF_PATH, f"{cart.path}/lines") == 0


async def test_a_repeat_is_no_second_command(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator, slug = await marketplace.operator(), uuid4().hex
    form, key = {"name": slug, "slug": slug}, keyed(uuid4().hex)

    first = await operator.post("/v1/categories", form, headers=key)
    second = await operator.post("/v1/categories", form, headers=key)

    assert second.headers["plaza-command"] == first.headers["plaza-command"]
    count = "SELECT count(*) FROM writing.journal WHERE subjects @> $1"
    subject = f'[{{"id": "{first.json()["id"]}"}}]'
    assert await database.fetchval(count, subject) == 1


async def test_a_command_is_told_to_who_gave_it_and_to_operators_only(
    marketplace: Marketplace,
) -> None:
    vendor, stranger = await marketplace.an_applicant(), await marketplace.a_vendor()
    given = await vendor.post(f"{vendor.path}/close", headers=keyed(uuid4().hex))
    path = f"/v1/commands/{given.headers['plaza-command']}"

    missing = await stranger.get(f"/v1/commands/{uuid4()}")
    theirs = await stranger.get(path)

    assert given.status_code == 409
    assert (await vendor.get(path)).status_code == 200
    assert (await (await marketplace.operator()).get(path)).status_code == 200
    assert theirs.status_code == missing.status_code == 404
    assert theirs.json()["detail"] == missing.json()["detail"]
    assert (await marketplace.anybody.get(path)).status_code == 401


async def test_a_vendors_owner_sees_what_was_done_to_the_vendor_page_by_page(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()
    await vendor.creates_product()
    await operator.post(f"{vendor.path}/suspend", {"reason": "Late parcels"})

    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await vendor.get(f"{vendor.path}/audit?limit=2{cursor}")).json()
        pages.append(page["items"])
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    told = [entry["command"] for page in pages for entry in page]
    assert told == ["SuspendVendor", "CreateProduct", "ApproveVendor", "ApplyAsVendor"]
    assert [len(page) for page in pages] == [2, 2]
    stranger = await marketplace.a_vendor()
    assert (await stranger.get(f"{vendor.path}/audit")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE writing.journal SET outcome = 'refused'",
        "DELETE FROM writing.journal",
        "TRUNCATE writing.journal",
    ],
)
@pytest.mark.parametrize("role", ["plaza_app", "plaza_owner"])
async def test_nobody_can_change_the_journal(
    marketplace: Marketplace, database: asyncpg.Connection, change: str, role: str
) -> None:
    await marketplace.an_applicant()
    refusals = (asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)

    await database.execute(f"SET ROLE {role}")
    with pytest.raises(refusals):
        await database.execute(change)


async def test_a_scope_sees_its_own_entries_only(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, another = await marketplace.a_vendor(), await marketplace.a_vendor()
    seen = "SELECT array_agg(DISTINCT vendor_id) FROM writing.journal"
    async with database.transaction():
        await database.execute("SELECT set_config('plaza.scope', '', true)")
        assert await database.fetchval(seen) is None
        await database.execute("SELECT set_config('plaza.vendor_id', $1, true)", vendor.id)
        assert await database.fetchval(seen) == [UUID(vendor.id)]
    assert UUID(another.id) in await database.fetchval(seen)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_of_an_address_the_network_is_kept(address: str | None, network: str | None) -> None:
    assert network_of(address) == network


async def test_a_guess_at_a_password_is_journalled_whether_or_not_there_is_the_account(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account = (await shopper.get("/v1/account")).json()["id"]
    guessed = """
        SELECT code, subjects::text FROM writing.journal
        WHERE operation = 'logIn' AND outcome = 'refused' ORDER BY id DESC LIMIT 2
    """

    for email in (shopper.email, f"{uuid4().hex}@plaza.example"):
        answer = await marketplace.anybody.post(
            "/v1/sessions", {"email": email, "password": "a guess of somebody"}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")

    nobody, known = await database.fetch(guessed)
    assert (known["code"], nobody["code"]) == ("wrong_credentials", "wrong_credentials")
    assert account in known["subjects"]
    assert nobody["subjects"] == "[]"
