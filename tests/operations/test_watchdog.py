"""An event loop that does nothing else for a while, and what is seen of it."""

import asyncio
import re
import time

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from actors import Marketplace
from plaza.operations import watchdog
from plaza.operations.watchdog import Watchdog

BLOCKED_S = 2.0
COMMANDS = 8


def hog_the_loop() -> None:
    time.sleep(BLOCKED_S)


def blocks_counted() -> float:
    return REGISTRY.get_sample_value("plaza_event_loop_blocked_seconds_count") or 0


@pytest.fixture(autouse=True)
def _heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger that was not made for the settings of an earlier test."""
    monkeypatch.setattr(watchdog, "log", structlog.get_logger())


# fault 88
async def test_a_blocked_loop_is_told_with_its_stack_and_health_shows_it(
    fresh_marketplace: Marketplace,
) -> None:
    vendor, anybody = await fresh_marketplace.a_vendor(), fresh_marketplace.anybody
    await fresh_marketplace.until_ready()
    before = blocks_counted()
    with capture_logs() as lines:
        commands = [asyncio.create_task(vendor.lists_product()) for _ in range(COMMANDS)]
        # The first answer finds the others at work: in transactions, and with locks held.
        await asyncio.wait(commands, return_when=asyncio.FIRST_COMPLETED)
        hog_the_loop()
        created = await asyncio.gather(*commands)

    told = [line for line in lines if line["event"] == "event_loop_blocked"]
    # Another marketplace of the tests may live on the same loop, and watch it too.
    assert len(told) == blocks_counted() - before >= 1
    for line in told:
        assert line["process"] == "api"
        assert re.search(r"in hog_the_loop\n\s+time\.sleep", line["stack"])
    for path in ("/health", "/health/live", "/health/ready"):
        health = (await anybody.get(path)).json()
        assert health["status"] == "ok"
        assert 1000 * BLOCKED_S * 0.9 <= health["blocked_ms"] < 1000 * 60
    # Nothing had run out meanwhile: what was begun is done, and the followers go on.
    for product in created:
        token = {"plaza-consistency": product["token"], "prefer": "wait=5"}
        page = await anybody.get(f"/v1/products/{product['id']}", headers=token)
        assert page.status_code == 200, page.text


# fault 88
async def test_a_loop_that_works_is_not_told_of() -> None:
    dog = Watchdog("tests")
    with capture_logs() as lines:
        async with dog.watching():
            begun, beats = dog.beats, 3
            while dog.beats < begun + beats:  # noqa: ASYNC110  it rings no bell
                await asyncio.sleep(0)
    assert [line for line in lines if line.get("process") == "tests"] == []
    assert dog.blocked_ms() == 0
