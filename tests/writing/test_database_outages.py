"""PostgreSQL restarts under load, or takes no writes: commands wait it out, nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from actors import Marketplace, Vendor, a_variant, open_marketplace
from plaza.bootstrap import PROJECTIONS
from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.servers import temporary_cluster
from plaza.entrypoints.installation import migrate, settle
from plaza.settings import Settings
from read_models.replay import replayed_log, rows_in
from writing.watching import watching

CLIENTS = 6
PRODUCTS_BEFORE, PRODUCTS_AFTER = 10, 20
RESUMED_WITHIN_S = 5.0
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = {}; SELECT pg_reload_conf();"
PRODUCTS = "SELECT id FROM catalog.product WHERE vendor_id = $1"
PRODUCTS_TOLD = """
    SELECT aggregate_id AS id FROM outbox.event
    WHERE vendor_id = $1 AND type = 'catalog.product_created.v1'
"""
TOLD = ("product_page", "vendor_products")


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL that these tests restart and set read-only."""
    with temporary_cluster(durable=True) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(cluster: PostgresCluster, settings: Settings) -> AsyncIterator[Marketplace]:
    own = msgspec.structs.replace(settings, database_url=cluster.url("plaza_owner", "plaza"))
    await migrate(own)
    await settle(own)
    async with open_marketplace(own) as opened:
        yield opened


@dataclass
class Load:
    """Clients that create products, and repeat what failed under the same key."""

    vendor: Vendor
    created: list[str] = field(default_factory=list)
    failures: list[tuple[float, httpx.Response]] = field(default_factory=list)
    ends: bool = False

    async def create(self) -> None:
        while not self.ends:
            key, body = str(uuid4()), {"title": "Oak chair", "variants": [a_variant()]}
            while (answer := await self._asked(key, body)).status_code != 201:
                self.failures.append((time.monotonic(), answer))
                # What the refusal asks for, cut short: the load shall find the first moment.
                await asyncio.sleep(0.02)
            self.created.append(answer.json()["id"])

    async def _asked(self, key: str, body: Mapping[str, object]) -> httpx.Response:
        headers = {"idempotency-key": key}
        return await self.vendor.post(f"{self.vendor.path}/products", body, headers=headers)

    async def reached(self, products: int) -> None:
        async with asyncio.timeout(30):
            while len(self.created) < products:  # noqa: ASYNC110  it grows by answers over HTTP
                await asyncio.sleep(0.01)


@asynccontextmanager
async def loaded(vendor: Vendor) -> AsyncIterator[Load]:
    load = Load(vendor)
    clients = [asyncio.create_task(load.create()) for _ in range(CLIENTS)]
    try:
        yield load
    finally:
        load.ends = True
        await asyncio.gather(*clients)


# fault 17
async def test_an_immediate_restart_under_load_costs_the_outage_and_nothing_else(
    own: Marketplace, cluster: PostgresCluster
) -> None:
    vendor = await own.a_vendor()
    async with loaded(vendor) as load:
        await load.reached(PRODUCTS_BEFORE)
        await asyncio.to_thread(cluster.stop, immediate=True)
        await own.until(lambda: has_failed(load))
        # Here and not in a thread: the server would end with the thread that started it.
        cluster.start()
        back_at = time.monotonic()
        listed = await listed_again(vendor)
        page = f"/v1/products/{listed['id']}"
        headers = {"plaza-consistency": listed["token"], "prefer": "wait=10"}
        shown = await own.anybody.get(page, headers=headers)
        assert time.monotonic() - back_at < RESUMED_WITHIN_S
        await load.reached(len(load.created) + PRODUCTS_AFTER)
    assert shown.status_code == 200, shown.text
    for _, answer in load.failures:
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) >= 1
    late = [answer for failed_at, answer in load.failures if failed_at > back_at]
    assert len(late) <= own.settings.command_pool_size
    await assert_nothing_lost_or_twice(own, vendor, {*load.created, listed["id"]})


async def has_failed(load: Load) -> bool:
    return len(load.failures) >= CLIENTS


async def listed_again(vendor: Vendor) -> dict[str, str]:
    """A published product, as soon as commands are done again."""
    key = str(uuid4())
    async with asyncio.timeout(RESUMED_WITHIN_S):
        while True:
            body = {"title": "Oak chair", "variants": [a_variant()]}
            headers = {"idempotency-key": key}
            made = await vendor.post(f"{vendor.path}/products", body, headers=headers)
            if made.status_code == 201:
                path = f"{vendor.path}/products/{made.json()['id']}/publish"
                done = await vendor.post(path, headers=headers)
                if done.status_code == 200:
                    token = done.headers["plaza-consistency"]
                    return {"id": made.json()["id"], "token": token}


async def assert_nothing_lost_or_twice(
    own: Marketplace, vendor: Vendor, acknowledged: set[str]
) -> None:
    """The catalogue holds what was acknowledged, and read models what the log tells."""
    async with watching(own.settings) as connection:

        async def caught_up() -> bool:
            head = await connection.fetchval("SELECT max(position) FROM outbox.position")
            marks = [own.app.state.watermarks.of(p.name).position for p in PROJECTIONS]
            return bool(head <= min(marks))

        await own.until(caught_up)
        products = await connection.fetch(PRODUCTS, vendor.id)
        told = await connection.fetch(PRODUCTS_TOLD, vendor.id)
        for projection in PROJECTIONS:
            if projection.name in TOLD:
                shown = await rows_in(connection, projection)
                assert shown == await replayed_log(connection, projection)
    assert {str(row["id"]) for row in products} == acknowledged
    assert sorted(str(row["id"]) for row in told) == sorted(acknowledged)


def refused_by_the_database() -> float:
    name = "plaza_database_refusals_total"
    return REGISTRY.get_sample_value(name, {"reason": "25006"}) or 0


@asynccontextmanager
async def read_only(cluster: PostgresCluster, vendor: Vendor) -> AsyncIterator[None]:
    """The server writes nothing, as with a full disk or a primary that has become a replica."""
    await asyncio.to_thread(cluster.run_as_superuser, READ_ONLY.format("on"))
    try:
        async with asyncio.timeout(10):
            # Each backend looks at what was reloaded in its own time.
            while (await created_by(vendor)).status_code == 201:
                pass
        yield
    finally:
        await asyncio.to_thread(cluster.run_as_superuser, READ_ONLY.format("off"))


async def created_by(vendor: Vendor, **headers: str) -> httpx.Response:
    body = {"title": "Oak table", "variants": [a_variant()]}
    return await vendor.post(f"{vendor.path}/products", body, headers=headers)


# fault 19
async def test_a_database_that_takes_no_writes_is_still_read_and_told_of(
    own: Marketplace, cluster: PostgresCluster
) -> None:
    vendor, another, anybody = await own.a_vendor(), await own.a_vendor(), own.anybody
    listed = await vendor.lists_product()
    page, token = f"/v1/products/{listed['id']}", {"plaza-consistency": listed["token"]}
    assert (await anybody.get(page, headers=token)).status_code == 200
    assert (await vendor.get(f"{vendor.path}/products/{listed['id']}")).status_code == 200
    before, key = refused_by_the_database(), {"idempotency-key": str(uuid4())}
    # What another has done last may be too late to be shown, and a vendor waits for its own.
    async with read_only(cluster, another):
        refused = await created_by(vendor, **key)
        reads = [await anybody.get(path) for path in (page, "/v1/products", "/health/live")]
        own_page = await vendor.get(f"{vendor.path}/products/{listed['id']}")
        metrics = (await anybody.get("/metrics")).text
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert [answer.status_code for answer in (*reads, own_page)] == [200] * 4
    assert refused_by_the_database() > before
    assert 'plaza_database_refusals_total{reason="25006"}' in metrics
    await again_as_before(own, vendor, key)


async def again_as_before(own: Marketplace, vendor: Vendor, key: dict[str, str]) -> None:
    """What was refused is done under the same key and shown; nothing was taken for poison."""
    async with asyncio.timeout(10):
        while (done := await created_by(vendor, **key)).status_code == 503:
            pass
    assert done.status_code == 201, done.text
    token = {"plaza-consistency": done.headers["plaza-consistency"], "prefer": "wait=5"}
    shown = await vendor.get(f"{vendor.path}/products/{done.json()['id']}", headers=token)
    assert shown.status_code == 200, shown.text
    async with watching(own.settings) as connection:
        assert await connection.fetchval("SELECT count(*) FROM projecting.parked") == 0
