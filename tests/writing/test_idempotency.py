"""Safe repeats, over HTTP."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable
from uuid import uuid4

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace
from writing.running import a_product, created, keyed
from writing.watching import count_of, until, waiting_for_locks

NAMED = "title = $1"


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
    assert (
        sum("idempotency-replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    )
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
        await until(lambda: waiting_for_locks(database), timeout_s=1.5)

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
