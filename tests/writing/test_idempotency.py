"""Safe repeats, over HTTP."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from actors import PASSWORD, Marketplace, Person, Vendor, a_variant
from plaza.operations.upkeep import forget_keys
from plaza.settings import Settings
from writing.watching import count_of

NAMED = "title = $1"


def a_product(title: str) -> dict[str, Any]:
    return {"title": title, "variants": [a_variant()]}


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def created(vendor: Vendor, title: str, key: str) -> httpx.Response:
    return await vendor.post(f"{vendor.path}/products", a_product(title), headers=keyed(key))


async def timed(asked: Awaitable[httpx.Response]) -> float:
    started = time.perf_counter()
    answer = await asked
    assert answer.status_code == 200
    return time.perf_counter() - started


async def events_of(database: asyncpg.Connection, title: str) -> int:
    product_id = await database.fetchval(f"SELECT id FROM catalog.product WHERE {NAMED}", title)
    where = "payload->>'product_id' = $1"
    return await count_of(database, "outbox.event", where, str(product_id))


# fault 44
async def test_a_repeat_gets_the_same_bytes_status_and_headers(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, title, key = await marketplace.an_applicant(), uuid4().hex, uuid4().hex

    first = await created(vendor, title, key)
    again = await created(vendor, title, key)
    later = await created(vendor, title, key)

    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    for repeat in (again, later):
        assert (repeat.status_code, repeat.content) == (201, first.content)
        assert repeat.headers["idempotency-replayed"] == "true"
        for name in ("plaza-consistency", "etag", "content-type"):
            assert repeat.headers[name] == first.headers[name]
    assert await count_of(database, "catalog.product", NAMED, title) == 1
    assert await events_of(database, title) == 3  # product created, offer created, stock moved


# fault 45
async def test_of_a_hundred_identical_commands_at_once_one_has_an_effect(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, title, key = await marketplace.an_applicant(), uuid4().hex, uuid4().hex
    shopper = await marketplace.a_shopper()
    await timed(shopper.get("/v1/account"))

    burst = asyncio.gather(*(created(vendor, title, key) for _ in range(100)))
    unrelated = [await timed(shopper.get("/v1/account")) for _ in range(20)]
    answers = await burst

    statuses = Counter(answer.status_code for answer in answers)
    first = next(answer for answer in answers if answer.status_code == 201)
    assert set(statuses) <= {201, 409}
    assert sum("idempotency-replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    for answer in answers:
        if answer.status_code == 201:
            assert answer.content == first.content
        else:
            assert answer.json()["code"] == "request_in_progress"
    assert await count_of(database, "catalog.product", NAMED, title) == 1
    assert await events_of(database, title) == 3
    # Nobody waits for a lock: a read beside the burst is held up by the processor alone.
    assert statistics.median(unrelated) < 0.5


# fault 45
async def test_a_key_whose_first_request_still_runs_is_refused_at_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    path, key = f"{vendor.path}/approve", keyed(uuid4().hex)
    async with database.transaction():
        lock = "SELECT FROM vendors.vendor WHERE id = $1 FOR UPDATE"
        await database.execute(lock, vendor.id)
        first = asyncio.create_task(operator.post(path, headers=key))
        waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
        await marketplace.until(lambda: database.fetchval(waiting))

        second = await asyncio.wait_for(operator.post(path, headers=key), timeout=1)

    assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
    assert (await first).status_code == 200
    replayed = await operator.post(path, headers=key)
    assert replayed.content == (await first).content


# fault 46
async def test_a_key_belongs_to_one_payload(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, title, key = await marketplace.an_applicant(), uuid4().hex, uuid4().hex
    other_title = uuid4().hex

    first = await created(vendor, title, key)
    other = await created(vendor, other_title, key)
    again = await created(vendor, title, key)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert again.content == first.content
    assert await count_of(database, "catalog.product", NAMED, other_title) == 0


# fault 46
async def test_a_key_belongs_to_one_path_of_an_operation(marketplace: Marketplace) -> None:
    operator, key = await marketplace.operator(), keyed(uuid4().hex)
    one, another = await marketplace.an_applicant(), await marketplace.an_applicant()

    assert (await operator.post(f"{one.path}/approve", headers=key)).status_code == 200
    reused = await operator.post(f"{another.path}/approve", headers=key)

    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


# fault 46
async def test_one_key_in_another_operation_is_another_key(marketplace: Marketplace) -> None:
    vendor, key = await marketplace.an_applicant(), uuid4().hex

    product = await created(vendor, uuid4().hex, key)
    own = product.json()["variants"][0]
    withdrawn = await vendor.client.request(
        "DELETE", f"{vendor.path}/offers/{own['offer_id']}", headers={"if-match": '"1"'}
    )
    offer = {"variant_id": own["id"], "price": {"amount_minor": 1, "currency": "GBP"}}
    offered = await vendor.post(f"{vendor.path}/offers", offer, headers=keyed(key))

    assert withdrawn.status_code == 200
    assert offered.status_code == 201, offered.text
    assert "idempotency-replayed" not in offered.headers


# fault 46
async def test_another_principal_with_the_same_key_is_independent(marketplace: Marketplace) -> None:
    one, another = await marketplace.an_applicant(), await marketplace.an_applicant()
    key = uuid4().hex

    first, second = await created(one, "Mug", key), await created(another, "Mug", key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert "idempotency-replayed" not in second.headers


async def test_a_conflict_is_kept_and_replayed_though_the_state_has_changed(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    product, key = await vendor.creates_product(), keyed(uuid4().hex)
    path = f"{vendor.path}/products/{product['id']}/publish"

    refused = await vendor.post(path, headers=key)
    assert (await operator.post(f"{vendor.path}/approve")).status_code == 200
    replayed = await vendor.post(path, headers=key)
    anew = await vendor.post(path, headers=keyed(uuid4().hex))

    assert (refused.status_code, refused.json()["code"]) == (409, "vendor_not_approved")
    assert (replayed.status_code, replayed.content) == (409, refused.content)
    assert replayed.headers["content-type"] == "application/problem+json"
    assert replayed.headers["idempotency-replayed"] == "true"
    assert anew.status_code == 200


async def test_a_refusal_by_a_constraint_is_kept_and_nothing_else(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator, slug = await marketplace.operator(), uuid4().hex
    first = await operator.post("/v1/categories", {"name": "Lamps", "slug": slug})
    key, name = keyed(uuid4().hex), uuid4().hex

    form = {"name": name, "slug": slug}
    refused = await operator.post("/v1/categories", form, headers=key)
    replayed = await operator.post("/v1/categories", form, headers=key)

    assert first.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (409, "slug_taken")
    assert replayed.content == refused.content
    assert await count_of(database, "catalog.category", "name = $1", name) == 0
    assert await count_of(database, "outbox.event", "payload->>'name' = $1", name) == 0


async def test_a_rule_that_refuses_is_kept(marketplace: Marketplace) -> None:
    vendor, key = await marketplace.an_applicant(), keyed(uuid4().hex)
    form = {"title": "Mug", "category_id": str(uuid4()), "variants": [a_variant()]}

    refused = await vendor.post(f"{vendor.path}/products", form, headers=key)
    replayed = await vendor.post(f"{vendor.path}/products", form, headers=key)

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_category")
    assert (replayed.status_code, replayed.content) == (422, refused.content)
    assert replayed.headers["idempotency-replayed"] == "true"


async def test_what_is_not_there_or_stale_is_not_kept(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    missing, stale = uuid4().hex, uuid4().hex

    absent = await vendor.post(
        f"{vendor.path}/products/{uuid4()}/publish", headers=keyed(missing)
    )
    headers = keyed(stale) | {"if-match": '"7"'}
    refused = await operator.post(f"{vendor.path}/approve", headers=headers)
    right = await operator.post(
        f"{vendor.path}/approve", headers=keyed(stale) | {"if-match": '"1"'}
    )

    assert (absent.status_code, refused.status_code) == (404, 412)
    assert right.status_code == 200
    assert await count_of(database, "writing.idempotency", "key = $1", missing) == 0


@pytest.mark.parametrize("key", ["", "a b", "schlüssel", "x" * 256])
async def test_a_key_that_is_none_is_refused(marketplace: Marketplace, key: str) -> None:
    vendor = await marketplace.an_applicant()

    answer = await vendor.post(
        f"{vendor.path}/products", a_product("Mug"), headers={"idempotency-key": key.encode()}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


async def test_anonymous_callers_need_a_key_that_nobody_guesses(marketplace: Marketplace) -> None:
    email = f"{uuid4().hex}@plaza.example"
    form = {"email": email, "password": PASSWORD, "name": "Ann"}

    short = await marketplace.anybody.post("/v1/accounts", form, headers=keyed("k" * 21))
    long = await marketplace.anybody.post("/v1/accounts", form, headers=keyed("k" * 22))

    assert (short.status_code, short.json()["code"]) == (400, "invalid_idempotency_key")
    assert long.status_code == 202


async def test_answers_that_carry_a_secret_are_never_stored(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper: Person = await marketplace.a_shopper()
    key, form = str(uuid4()), {"email": shopper.email, "password": PASSWORD}
    registration = form | {"name": "Ann"}

    await marketplace.anybody.post("/v1/accounts", registration, headers=keyed(key))
    first = await marketplace.anybody.post("/v1/sessions", form, headers=keyed(key))
    second = await marketplace.anybody.post("/v1/sessions", form, headers=keyed(key))
    renewal = {"refresh_token": first.json()["refresh_token"]}
    renewed = await marketplace.anybody.post(
        "/v1/sessions/refresh", renewal, headers=keyed(key)
    )

    assert [first.status_code, second.status_code, renewed.status_code] == [201] * 3
    assert first.json()["refresh_token"] != second.json()["refresh_token"]
    assert await count_of(database, "writing.idempotency", "key = $1", key) == 0


async def test_keys_are_forgotten_after_seventy_two_hours(
    marketplace: Marketplace, settings: Settings, database: asyncpg.Connection
) -> None:
    vendor, title = await marketplace.an_applicant(), uuid4().hex
    old, young = uuid4().hex, uuid4().hex
    await created(vendor, title, old)
    await created(vendor, uuid4().hex, young)
    age = """
        UPDATE writing.idempotency
        SET created_at = clock_timestamp() - make_interval(hours => $2) WHERE key = $1
    """
    await database.execute(age, old, 73)
    await database.execute(age, young, 71)

    forgotten = await forget_keys(settings)

    assert forgotten == 1
    assert await count_of(database, "writing.idempotency", "key = $1", young) == 1
    anew = await created(vendor, title, old)
    assert "idempotency-replayed" not in anew.headers
    assert await count_of(database, "catalog.product", NAMED, title) == 2
