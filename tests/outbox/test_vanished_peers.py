"""A process that vanishes without a word holds up nobody for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec
import pytest

from fault_proxy import FaultProxy, Faults, fault_proxy
from plaza.entrypoints import following
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.outbox.vanished_peers import NOTICED_AFTER_S_MAX, NOTICING_PEERS
from plaza.settings import Settings
from plaza.writing.engine import SERVER_SETTINGS
from soaking.one_log import Log

TIMEOUT_S = 5.0
SAID = """
    SELECT name, reset_val::int AS value FROM pg_settings
    WHERE name LIKE 'tcp%' OR name = 'idle_in_transaction_session_timeout'
"""


@asynccontextmanager
async def through_a_proxy(settings: Settings) -> AsyncIterator[tuple[FaultProxy, Settings]]:
    """A way to the database that can fall silent, with nobody told."""
    parts = urlsplit(str(settings.database_url))
    folder = Path(parse_qs(parts.query)["host"][0])
    async with fault_proxy(folder / ".s.PGSQL.5432") as proxy:
        url = f"postgresql://plaza_owner@127.0.0.1:{proxy.port}{parts.path}"
        yield proxy, msgspec.structs.replace(settings, database_url=url)


# fault 21
async def test_the_turn_of_a_sequencer_behind_a_black_hole_comes_free(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NOTICING_PEERS, "idle_in_transaction_session_timeout", "200ms")
    sequencer = await log.sequencer()
    ids = await log.commits()
    async with through_a_proxy(log.settings) as (proxy, silent):
        vanished = await following.connect(silent)
        await vanished.execute(f"BEGIN; SELECT pg_advisory_xact_lock({SEQUENCER_LOCK})")
        proxy.faults = Faults(is_silent=True)
        async with asyncio.timeout(TIMEOUT_S):
            while await sequencer.tick() is None:
                # Each look goes to the server, which lets the time pass.
                continue
        vanished.terminate()
    assert await log.placed() == ids


# fault 21
@pytest.mark.parametrize("whose", ["commands", "projector"])
async def test_postgresql_asks_after_a_silent_peer_soon_enough(log: Log, whose: str) -> None:
    if whose == "projector":
        connection = await following.connect(log.settings)
    else:
        connection = await asyncpg.connect(
            log.settings.database_url, server_settings=SERVER_SETTINGS
        )
    said = {row["name"]: row["value"] for row in await connection.fetch(SAID)}
    await connection.close()

    asking_s = said["tcp_keepalives_interval"] * said["tcp_keepalives_count"]
    assert 0 < said["tcp_keepalives_idle"] + asking_s <= NOTICED_AFTER_S_MAX
    assert 0 < said["tcp_user_timeout"] <= NOTICED_AFTER_S_MAX * 1000
    assert 0 < said["idle_in_transaction_session_timeout"] <= NOTICED_AFTER_S_MAX * 1000
