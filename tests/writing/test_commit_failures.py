"""A COMMIT that fails, or whose outcome nobody hears, is never answered as a success."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from actors import Marketplace, Person, open_marketplace
from plaza.settings import Settings
from writing.cutting_proxy import Cut, CuttingProxy, cutting_proxy
from writing.watching import count_of, watching

# The backend ends itself while it commits, as an administrator or a failover would end it.
SUICIDE = """
    CREATE FUNCTION public.end_this_backend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON catalog.category
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.end_this_backend()
"""
NO_LONGER = "DROP TRIGGER at_commit ON catalog.category; DROP FUNCTION public.end_this_backend"
DEFERRED = """
    ALTER TABLE catalog.category ADD CONSTRAINT category_name_key UNIQUE (name)
        DEFERRABLE INITIALLY DEFERRED
"""


async def effects(connection: asyncpg.Connection, slug: str, key: str) -> tuple[int, int, int]:
    """Categories of the slug, facts about them, and outcomes kept under the key."""
    return (
        await count_of(connection, "catalog.category", "slug = $1", slug),
        await count_of(connection, "outbox.event", "payload->>'slug' = $1", slug),
        await count_of(connection, "writing.idempotency", "key = $1", key),
    )


# fault 8
async def test_a_constraint_that_fails_at_commit_is_a_conflict_and_leaves_no_event(
    fresh_marketplace: Marketplace,
) -> None:
    operator, key = await fresh_marketplace.operator(), {"idempotency-key": uuid4().hex}
    async with watching(fresh_marketplace.settings) as connection:
        await connection.execute(DEFERRED)
        first = await operator.post("/v1/categories", {"name": "Lamps", "slug": "lamps"})
        second = await operator.post(
            "/v1/categories", {"name": "Lamps", "slug": "more-lamps"}, headers=key
        )
        left = await effects(connection, "more-lamps", key["idempotency-key"])
        await connection.execute("ALTER TABLE catalog.category DROP CONSTRAINT category_name_key")
    repeated = await operator.post(
        "/v1/categories", {"name": "Lamps", "slug": "more-lamps"}, headers=key
    )

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "constraint_violated")
    assert "plaza-consistency" not in second.headers
    assert left == (0, 0, 0)
    assert repeated.status_code == 201


# fault 8
async def test_a_backend_that_ends_at_commit_leaves_no_event_and_is_not_a_success(
    fresh_marketplace: Marketplace,
) -> None:
    operator, key = await fresh_marketplace.operator(), {"idempotency-key": uuid4().hex}
    form = {"name": "Lamps", "slug": "lamps"}
    async with watching(fresh_marketplace.settings) as connection:
        await connection.execute(SUICIDE)
        lost = await operator.post("/v1/categories", form, headers=key)
        left = await effects(connection, "lamps", key["idempotency-key"])
        await connection.execute(NO_LONGER)
        repeated = await operator.post("/v1/categories", form, headers=key)
        made = await effects(connection, "lamps", key["idempotency-key"])

    assert (lost.status_code, lost.json()["code"]) == (503, "outcome_unknown")
    assert int(lost.headers["retry-after"]) >= 1
    assert left == (0, 0, 0)
    assert repeated.status_code == 201
    assert made == (1, 1, 1)


@pytest_asyncio.fixture(loop_scope="session")
async def cut(fresh_settings: Settings) -> AsyncIterator[tuple[CuttingProxy, Person]]:
    """The proxy, and an operator whose commands go through it."""
    async with (
        cutting_proxy(fresh_settings) as (proxy, settings),
        open_marketplace(settings) as marketplace,
    ):
        yield proxy, await marketplace.operator()


# fault 9
@pytest.mark.parametrize(
    ("where", "done"),
    [("before the server reads it", (0, 0, 0)), ("after the server has done it", (1, 1, 1))],
)
async def test_a_commit_of_unknown_outcome_is_503_and_a_repeat_finds_the_truth(
    cut: tuple[CuttingProxy, Person],
    fresh_settings: Settings,
    where: Cut,
    done: tuple[int, int, int],
) -> None:
    (proxy, operator), key = cut, {"idempotency-key": uuid4().hex}
    form = {"name": "Lamps", "slug": "lamps"}

    proxy.cut = where
    lost = await operator.post("/v1/categories", form, headers=key)
    async with watching(fresh_settings) as connection:
        truth = await effects(connection, "lamps", key["idempotency-key"])
        repeated = await operator.post("/v1/categories", form, headers=key)
        finally_there = await effects(connection, "lamps", key["idempotency-key"])

    assert (lost.status_code, lost.json()["code"]) == (503, "outcome_unknown")
    assert "retry-after" in lost.headers
    assert truth == done
    assert repeated.status_code == 201
    assert ("idempotency-replayed" in repeated.headers) == (done == (1, 1, 1))
    assert finally_there == (1, 1, 1)
