"""PostgreSQL away for as long as one likes, with people who go on reading and ordering."""

import asyncio
import time
from collections import Counter

import httpx
import msgspec

from actors import Marketplace, Vendor, a_variant, open_marketplace
from plaza.embedded.postgres import PostgresCluster
from plaza.entrypoints.installation import migrate, settle
from plaza.kernel.hosts import Hosts
from plaza.settings import Settings

READERS = 4
PAUSE_S = 0.02
BACK_TIMEOUT_S = 30.0
UNAVAILABLE = 503


class Outage(msgspec.Struct):
    """What people were answered while PostgreSQL was away.

    Attributes:
        reads: of what had been read before, by status; `stale` counts those that said so.
        commands: by status; `retry` counts those that said when to come again.
        back_s: from PostgreSQL's return to the first command that was done.
    """

    reads: Counter[str] = msgspec.field(default_factory=Counter)
    commands: Counter[str] = msgspec.field(default_factory=Counter)
    back_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        reads, commands = dict(self.reads), dict(self.commands)
        stale, told = reads.pop("stale", 0), commands.pop("retry", 0)
        return (
            reads.keys() == {"200"}
            and stale > 0
            and commands.keys() == {str(UNAVAILABLE)}
            and told == commands[str(UNAVAILABLE)]
        )


async def outage(cluster: PostgresCluster, redis_url: str, seconds: float) -> Outage:
    """Stop PostgreSQL at once, let people go on, and start it again."""
    settings = Settings(
        database_url=cluster.url("plaza_owner", "plaza"),
        redis_url=redis_url,
        secret_key="a secret of the soaks, long enough to be one",
        require_verified_email=False,
        rate_limits_exempt_loopback=True,
        # As the people of the tests call it.
        allowed_hosts=Hosts("plaza.test"),
        log_level="critical",
    )
    await migrate(settings)
    await settle(settings)
    found = Outage()
    async with open_marketplace(settings) as marketplace:
        vendor = await marketplace.a_vendor()
        paths = await _read_before(marketplace, vendor)
        await asyncio.to_thread(cluster.stop, immediate=True)
        ends_at = time.monotonic() + seconds
        readers = [_reads(marketplace, paths, found, ends_at) for _ in range(READERS)]
        await asyncio.gather(_commands(vendor, found, ends_at), *readers)
        cluster.start()
        found.back_s = await _back(vendor)
    return found


async def _read_before(marketplace: Marketplace, vendor: Vendor) -> list[str]:
    product = await vendor.lists_product()
    paths = [f"/v1/products/{product['id']}", "/v1/products", f"/v1/vendors/{vendor.slug}"]
    told = {"plaza-consistency": product["token"], "prefer": "wait=10"}
    for headers in (told, {}, {}, {}):
        for path in paths:
            answer = await marketplace.anybody.get(path, headers=headers)
            assert answer.is_success, answer.text
    return paths


async def _reads(marketplace: Marketplace, paths: list[str], found: Outage, ends_at: float) -> None:
    while time.monotonic() < ends_at:
        for path in paths:
            answer = await marketplace.anybody.get(path)
            found.reads[str(answer.status_code)] += 1
            found.reads["stale"] += answer.headers.get("plaza-stale") == "true"
        await asyncio.sleep(PAUSE_S)


async def _commands(vendor: Vendor, found: Outage, ends_at: float) -> None:
    while time.monotonic() < ends_at:
        answer = await _command(vendor)
        found.commands[str(answer.status_code)] += 1
        found.commands["retry"] += "retry-after" in answer.headers
        await asyncio.sleep(PAUSE_S)


async def _back(vendor: Vendor) -> float:
    began = time.monotonic()
    async with asyncio.timeout(BACK_TIMEOUT_S):
        while not (await _command(vendor)).is_success:  # noqa: ASYNC110  asked over HTTP
            await asyncio.sleep(PAUSE_S)
    return time.monotonic() - began


async def _command(vendor: Vendor) -> httpx.Response:
    return await vendor.post(
        f"{vendor.path}/products", {"title": "Oak table", "variants": [a_variant()]}
    )
