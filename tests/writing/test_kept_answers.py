"""Which answers are kept for repeats, and for how long."""

from uuid import uuid4

import asyncpg

from actors import PASSWORD, Marketplace, Person, a_variant
from plaza.operations.upkeep import forget_keys
from plaza.settings import Settings
from writing.running import created, keyed
from writing.watching import count_of


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

    absent = await vendor.post(f"{vendor.path}/products/{uuid4()}/publish", headers=keyed(missing))
    headers = keyed(stale) | {"if-match": '"7"'}
    refused = await operator.post(f"{vendor.path}/approve", headers=headers)
    right = await operator.post(
        f"{vendor.path}/approve", headers=keyed(stale) | {"if-match": '"1"'}
    )

    assert (absent.status_code, refused.status_code) == (404, 412)
    assert right.status_code == 200
    assert await count_of(database, "writing.idempotency", "key = $1", missing) == 0


async def test_an_answer_that_carries_a_secret_is_repeated_and_never_stored_in_the_clear(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper: Person = await marketplace.a_shopper()
    key, form = str(uuid4()), {"email": shopper.email, "password": PASSWORD}

    first = await marketplace.anybody.post("/v1/sessions", form, headers=keyed(key))
    second = await marketplace.anybody.post("/v1/sessions", form, headers=keyed(key))
    another = await marketplace.anybody.post("/v1/sessions", form, headers=keyed(str(uuid4())))
    agent = {"accept": "*/*"} | keyed(key)
    wrong = await marketplace.anybody.post("/v1/sessions?ref=mail", form, headers=agent)

    assert [first.status_code, second.status_code, another.status_code] == [201] * 3
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert another.json()["refresh_token"] != first.json()["refresh_token"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "idempotency_key_reused")
    rows = await database.fetch("SELECT i::text AS row, body FROM writing.idempotency i")
    assert rows
    for secret in (key, first.json()["refresh_token"], first.json()["access_token"], PASSWORD):
        told = [row for row in rows if secret in row["row"] or secret.encode() in row["body"]]
        assert told == []


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
    assert await count_of(database, "catalog.product", "title = $1", title) == 2


async def test_an_answer_that_was_kept_with_its_token_is_repeated_with_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, title, key = await marketplace.an_applicant(), uuid4().hex, uuid4().hex
    first = await created(vendor, title, key)
    token = first.headers["plaza-consistency"]
    # As it stands there from before the last fact was kept beside it.
    await database.execute(
        """
        UPDATE writing.idempotency
        SET last_event = NULL,
            headers = headers || jsonb_build_object('plaza-consistency', $2::text)
        WHERE key = $1
        """,
        *(key, token),
    )

    repeated = await created(vendor, title, key)

    assert (repeated.status_code, repeated.content) == (201, first.content)
    assert repeated.headers["plaza-consistency"] == token
