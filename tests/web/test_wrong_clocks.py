"""API processes on hosts whose clocks are wrong, beside one whose clock is right."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from actors import PASSWORD, Marketplace
from plaza.settings import Settings
from web.api_process import api_process
from writing.watching import watching

FIVE_MINUTES_S = 300
IDS = 20_000
NANOSECONDS = 10**9
EXPIRES_IN_S = """
    SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 FROM ordering.cart
    WHERE id = $1
"""
FACTS_OF = """
    SELECT version FROM outbox.event e JOIN outbox.position p USING (id)
    WHERE aggregate_id = $1 ORDER BY position
"""
CART_DAYS = 30
CLOSE_S = 20


async def logged_in(client: httpx.AsyncClient, email: str) -> str:
    answer = await client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["access_token"])


@dataclass(frozen=True)
class WrongHost:
    """An API process, and the file that says how wrong its clock is."""

    client: httpx.AsyncClient
    skew_file: Path

    def is_wrong_by(self, skew_s: int) -> None:
        self.skew_file.write_text(str(skew_s))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def host(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WrongHost]:
    skew_file = tmp_path_factory.mktemp("host") / "skew"
    skew_file.write_text(str(FIVE_MINUTES_S))
    async with api_process(settings, skew_file=skew_file) as process:
        yield WrongHost(process.client, skew_file)


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


# fault 55
@pytest.mark.parametrize("skew_s", [FIVE_MINUTES_S, -FIVE_MINUTES_S])
async def test_a_host_five_minutes_wrong_neither_refuses_nor_ends_anything_early(
    marketplace: Marketplace, host: WrongHost, settings: Settings, skew_s: int
) -> None:
    host.is_wrong_by(skew_s)
    shopper, vendor = await marketplace.a_shopper(), await marketplace.a_vendor()
    assert shopper.email is not None
    issued_there = await logged_in(host.client, shopper.email)
    issued_here = await logged_in(marketplace.anybody.client, shopper.email)
    here = await marketplace.anybody.get("/v1/account", headers=bearing(issued_there))
    there = await host.client.get("/v1/account", headers=bearing(issued_here))
    cart = await host.client.post("/v1/carts", json={"currency": "GBP"})
    written_here = await vendor.lists_product()
    token = {"plaza-consistency": written_here["token"]}
    read_there = await host.client.get(f"/v1/products/{written_here['id']}", headers=token)
    assert (here.status_code, there.status_code) == (200, 200)
    assert cart.status_code == 201, cart.text
    assert read_there.status_code == 200
    async with watching(settings) as connection:
        expires_in_s = await connection.fetchval(EXPIRES_IN_S, cart.json()["id"])
    assert abs(expires_in_s - CART_DAYS * 24 * 60 * 60) < CLOSE_S


# fault 56
async def test_a_clock_that_jumps_back_orders_nothing_anew(
    marketplace: Marketplace, host: WrongHost, settings: Settings
) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product()
    offer = created["variants"][0]["offer_id"]
    for version, skew_s in enumerate((FIVE_MINUTES_S, 0, -FIVE_MINUTES_S), start=1):
        host.is_wrong_by(skew_s)
        price = {"amount_minor": 1000 + version, "currency": "GBP"}
        headers = {**vendor.client.headers, "if-match": f'"{version}"'}
        path = f"{vendor.path}/offers/{offer}"
        answer = await host.client.patch(path, json={"price": price}, headers=headers)
        assert answer.status_code == 200, answer.text
        token = {"plaza-consistency": answer.headers["plaza-consistency"]}
        page = await host.client.get(f"/v1/products/{created['id']}", headers=token)
        assert page.json()["offers"][0]["prices"][0]["price"] == price
    async with watching(settings) as connection:
        versions = [row["version"] for row in await connection.fetch(FACTS_OF, offer)]
    assert versions == sorted(versions)
    assert versions[-1] == 4


# fault 56
def test_ids_of_a_moment_that_comes_twice_differ() -> None:
    moments_s = [1_800_000_000, 1_800_000_000 - FIVE_MINUTES_S] * IDS
    assert len({uuid7(nanoseconds=moment * NANOSECONDS) for moment in moments_s}) == 2 * IDS
