"""Reading one's own writes, over HTTP."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from actors import Marketplace, Vendor, open_marketplace
from plaza.kernel.keys import derived_key
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.outbox.token import ConsistencyTokens
from plaza.projecting import follower
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens

VENDORS = 5
CHANGES_A_VENDOR = 50
QUICKLY_S = 2.0


async def read_that_is_sure(vendor: Vendor, path: str) -> httpx.Response:
    """The first answer that does not say that it may miss the caller's last command."""
    while True:
        answer = await vendor.get(path)
        if "plaza-stale" not in answer.headers:
            return answer


async def change_and_read(marketplace: Marketplace, vendor: Vendor) -> int:
    """Change a price again and again, and read it in both ways; how many reads there were."""
    created = await vendor.lists_product()
    offer = f"{vendor.path}/offers/{created['variants'][0]['offer_id']}"
    own_page, public_page = (
        f"{vendor.path}/products/{created['id']}",
        f"/v1/products/{created['id']}",
    )
    for version in range(1, CHANGES_A_VENDOR + 1):
        price = {"amount_minor": 1000 + version, "currency": "GBP"}
        changed = await vendor.patch(offer, {"price": price}, version=version)
        assert changed.status_code == 200, changed.text
        token = {"plaza-consistency": changed.headers["plaza-consistency"]}
        own, public = await asyncio.gather(
            read_that_is_sure(vendor, own_page), marketplace.anybody.get(public_page, headers=token)
        )
        for answer in (own, public):
            assert answer.status_code == 200, answer.text
            assert answer.json()["offers"][0]["prices"][0]["price"] == price
    return 2 * CHANGES_A_VENDOR


async def test_a_read_after_an_acknowledged_write_is_never_older(marketplace: Marketplace) -> None:
    # fault 49
    vendors = [await marketplace.a_vendor() for _ in range(VENDORS)]
    read = await asyncio.gather(*(change_and_read(marketplace, vendor) for vendor in vendors))
    assert sum(read) == VENDORS * 2 * CHANGES_A_VENDOR


async def test_the_listing_and_the_directory_cover_a_token_too(marketplace: Marketplace) -> None:
    # fault 49
    vendor = await marketplace.a_vendor()
    for number in range(20):
        created = await vendor.lists_product(title=f"Walnut desk {number}")
        listed, shown = await asyncio.gather(
            *(
                marketplace.anybody.get(path, headers={"plaza-consistency": created["token"]})
                for path in (f"/v1/products?vendor={vendor.slug}", f"/v1/vendors/{vendor.slug}")
            )
        )
        assert listed.json()["items"][0]["title"] == f"Walnut desk {number}"
        assert shown.status_code == 200


async def test_without_redis_a_vendors_read_says_that_it_may_miss_the_last_command(
    settings: Settings,
) -> None:
    alone = msgspec.structs.replace(settings, redis_url="redis://127.0.0.1:1/0")
    async with open_marketplace(alone) as marketplace:
        vendor = await marketplace.a_vendor()
        created = await vendor.lists_product()
        path = f"{vendor.path}/products/{created['id']}"
        token = created["token"]
        named = await vendor.get(path, headers={"plaza-consistency": token, "prefer": "wait=5"})
        unnamed = await vendor.get(path)
        public = await marketplace.anybody.get("/v1/products")
    assert (named.status_code, unnamed.status_code, public.status_code) == (200, 200, 200)
    assert unnamed.headers["plaza-stale"] == "true"
    assert "plaza-stale" not in named.headers
    assert "plaza-stale" not in public.headers


async def test_without_redis_what_a_command_does_not_concern_soon_covers_it_all_the_same(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 26
    # What is told by Redis would be stored now and then, for who takes over.
    monkeypatch.setattr(follower, "EMPTY_STEP_INTERVAL_S", 3_600)
    alone = msgspec.structs.replace(fresh_settings, redis_url="redis://127.0.0.1:1/0")
    async with open_marketplace(alone) as marketplace:
        vendor = await marketplace.a_vendor()
        for _ in range(3):
            token = {"plaza-consistency": (await vendor.lists_product())["token"]}
            answer = await marketplace.anybody.get("/v1/vendors", headers=token)
            assert answer.status_code == 200, answer.text


async def test_who_wants_nothing_covered_is_answered_at_once(
    fresh_marketplace: Marketplace, fresh_settings: Settings
) -> None:
    vendor = await fresh_marketplace.a_vendor()
    async with dead_sequencer(fresh_settings):
        await vendor.creates_product()
        begun = time.monotonic()
        headers = {"plaza-consistency": "none", "prefer": "wait=10"}
        own = await vendor.get(f"{vendor.path}/products", headers=headers)
    assert time.monotonic() - begun < QUICKLY_S
    assert own.json()["items"] == []


@asynccontextmanager
async def dead_sequencer(settings: Settings) -> AsyncIterator[None]:
    """Nothing gets a position until it is left."""
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner"}
    )
    await connection.execute("SELECT pg_advisory_lock($1)", SEQUENCER_LOCK)
    yield
    await connection.close()


async def test_without_a_sequencer_reads_say_so_and_the_lag_grows(
    fresh_marketplace: Marketplace, fresh_settings: Settings
) -> None:
    # fault 43
    vendor, anybody = await fresh_marketplace.a_vendor(), fresh_marketplace.anybody
    async with dead_sequencer(fresh_settings):
        created = await vendor.lists_product()
        page = f"/v1/products/{created['id']}"
        token = {"plaza-consistency": created["token"]}

        refused = await anybody.get("/v1/products", headers={**token, "prefer": "wait=0.3"})
        own = await vendor.get(f"{vendor.path}/products", headers={"prefer": "wait=0.1"})
        stale = await anybody.get(
            "/v1/products", headers={**token, "prefer": "handling=lenient, wait=0.1"}
        )
        lags = [lag_of(stale)]
        await fresh_marketplace.until(lambda: lags_more(anybody.client, lags[0] + 300))

    assert refused.status_code == own.status_code == 503
    assert refused.json()["code"] == "projection_behind"
    assert int(refused.headers["retry-after"]) >= 1
    assert stale.status_code == 200
    assert stale.headers["plaza-stale"] == "true"
    assert lags[0] > 0
    # Once it lives again, everything is there.
    shown = await anybody.get(page, headers={**token, "prefer": "wait=5"})
    assert shown.status_code == 200
    assert "plaza-stale" not in shown.headers


def lag_of(answer: httpx.Response) -> int:
    return int(answer.headers["plaza-lag-ms"])


async def lags_more(client: httpx.AsyncClient, lag_ms: int) -> bool:
    return lag_of(await client.get("/v1/products")) > lag_ms


async def test_every_read_says_how_fresh_it_is(marketplace: Marketplace) -> None:
    created = await (await marketplace.a_vendor()).lists_product()
    token = {"plaza-consistency": created["token"], "prefer": "wait=5"}
    for path in ("/v1/products", "/v1/categories", "/v1/vendors"):
        answer = await marketplace.anybody.get(path, headers=token)
        assert int(answer.headers["plaza-position"]) > 0
        assert lag_of(answer) >= 0


@pytest.mark.parametrize(
    "prefer", ["wait=11", "wait=10.5", "handling=lenient, wait=600", "wait=9999"]
)
async def test_nobody_waits_longer_than_ten_seconds(marketplace: Marketplace, prefer: str) -> None:
    answer = await marketplace.anybody.get("/v1/products", headers={"prefer": prefer})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_prefer"


async def test_a_wait_of_ten_seconds_is_not_too_long(marketplace: Marketplace) -> None:
    answer = await marketplace.anybody.get("/v1/products", headers={"prefer": "wait=10"})
    assert answer.status_code == 200


async def refused_tokens(settings: Settings) -> dict[str, str]:
    ours = await epoch_tokens(settings)
    key = derived_key(settings.secret(), "consistency-token")
    valid = base64.urlsafe_b64decode(ours.issue(1))
    return {
        "garbage": "not a token",
        "empty": "",
        "long": "A" * 4000,
        "not ASCII": "t\xf6ken",
        "truncated": base64.urlsafe_b64encode(valid[:-1]).decode(),
        "lengthened": base64.urlsafe_b64encode(valid + b"\0").decode(),
        "flipped": base64.urlsafe_b64encode(bytes([valid[0] ^ 1]) + valid[1:]).decode(),
        "forged": ConsistencyTokens(b"another key", ours.epoch_id).issue(1),
        "of another epoch": ConsistencyTokens(key, uuid4()).issue(1),
        "from the future": ours.issue(10**12),
        "from a very far future": ours.issue(2**64 - 1),
    }


@pytest.mark.parametrize("path", ["/v1/products", "/v1/categories", "/v1/vendors"])
async def test_a_token_that_is_not_ours_is_refused_without_a_wait(
    marketplace: Marketplace, settings: Settings, path: str
) -> None:
    # fault 50
    for kind, token in (await refused_tokens(settings)).items():
        headers = {"plaza-consistency": token, "prefer": "wait=10"}
        begun = time.monotonic()
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = await marketplace.anybody.get(path, headers=raw)
        assert (kind, answer.status_code) == (kind, 400)
        assert answer.json()["code"] == "invalid_consistency_token"
        assert time.monotonic() - begun < QUICKLY_S
