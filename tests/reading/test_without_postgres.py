"""While PostgreSQL is away, what is in memory is served, and says what it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

import httpx
import msgspec
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from actors import Marketplace, Vendor, a_variant, open_marketplace
from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.servers import temporary_cluster
from plaza.entrypoints.installation import migrate, settle
from plaza.settings import Settings


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL that this test stops."""
    with temporary_cluster() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own_marketplace(
    cluster: PostgresCluster, settings: Settings
) -> AsyncIterator[Marketplace]:
    own = msgspec.structs.replace(settings, database_url=cluster.url("plaza_owner", "plaza"))
    await migrate(own)
    await settle(own)
    async with open_marketplace(own) as opened:
        yield opened


async def until_answered(
    ask: Callable[[], Awaitable[httpx.Response]], condition: Callable[[httpx.Response], bool]
) -> httpx.Response:
    async with asyncio.timeout(15):
        while not condition(answer := await ask()):  # noqa: ASYNC110  asked over HTTP
            await asyncio.sleep(0.02)
    return answer


async def test_what_was_read_before_is_served_and_says_that_it_may_be_stale(
    own_marketplace: Marketplace, cluster: PostgresCluster
) -> None:
    # fault 18
    vendor, anybody = await own_marketplace.a_vendor(), own_marketplace.anybody
    paths = await pages_of(vendor)
    before = await read_from_memory(anybody.get, paths)

    await asyncio.to_thread(cluster.stop, immediate=True)
    for path in paths:
        stale = await until_answered(
            partial(anybody.get, path), lambda answer: "plaza-stale" in answer.headers
        )
        assert (stale.status_code, stale.content) == (200, before[path].content)
        assert stale.headers["plaza-stale"] == "true"
    unknown = await anybody.get("/v1/products/never-read")
    table = {"title": "Oak table", "variants": [a_variant()]}
    refused = await vendor.post(f"{vendor.path}/products", table)
    assert (unknown.status_code, refused.status_code) == (503, 503)
    assert int(unknown.headers["retry-after"]) >= 1
    assert int(refused.headers["retry-after"]) >= 1

    cluster.start()
    for path in paths:
        again = await until_answered(
            partial(anybody.get, path), lambda answer: "plaza-stale" not in answer.headers
        )
        assert again.content == before[path].content


async def test_who_is_lenient_is_answered_from_memory(
    own_marketplace: Marketplace, cluster: PostgresCluster
) -> None:
    vendor, anybody = await own_marketplace.a_vendor(), own_marketplace.anybody
    token = {"plaza-consistency": (await vendor.lists_product())["token"]}
    (path, *_) = paths = await pages_of(vendor)
    before = await read_from_memory(anybody.get, paths)

    await asyncio.to_thread(cluster.stop, immediate=True)
    try:
        await until_answered(lambda: anybody.get(path), lambda told: "plaza-stale" in told.headers)
        strict = await anybody.get(path, headers=token)
        lenient = await anybody.get(path, headers=token | {"prefer": "Handling=lenient"})
    finally:
        cluster.start()
    assert strict.status_code == 503
    assert (lenient.status_code, lenient.content) == (200, before[path].content)
    assert lenient.headers["plaza-stale"] == "true"


async def pages_of(vendor: Vendor) -> list[str]:
    created = await vendor.lists_product()
    token = {"plaza-consistency": created["token"]}
    paths = [f"/v1/products/{created['id']}", "/v1/products", f"/v1/vendors/{vendor.slug}"]
    for path in paths:
        shown = await vendor.get(path, headers={**token, "prefer": "wait=10"})
        assert shown.status_code == 200, shown.text
    return paths


async def read_from_memory(
    get: Callable[[str], Awaitable[httpx.Response]], paths: list[str]
) -> dict[str, httpx.Response]:
    """Read them again and again until all are answered from memory."""
    async with asyncio.timeout(10):
        while True:
            before = hits()
            answers = {path: await get(path) for path in paths}
            if hits() - before == len(paths):
                break
    assert {answer.status_code for answer in answers.values()} == {200}
    assert not any("plaza-stale" in answer.headers for answer in answers.values())
    return answers


def hits() -> float:
    return REGISTRY.get_sample_value("plaza_near_cache_total", {"result": "hit"}) or 0.0
