"""How long a process behind a black hole keeps what it held in PostgreSQL."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec

from fault_proxy import Faults, fault_proxy
from plaza.entrypoints import following
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.settings import Settings

TURN = "SELECT pg_advisory_lock($1)"


async def freed_after_s(settings: Settings) -> float:
    """Take the sequencer's turn, fall silent, and wait for the turn."""
    parts = urlsplit(str(settings.database_url))
    folder = Path(parse_qs(parts.query)["host"][0])
    async with fault_proxy(folder / ".s.PGSQL.5432") as proxy:
        url = f"postgresql://plaza_owner@127.0.0.1:{proxy.port}{parts.path}"
        silent = await following.connect(msgspec.structs.replace(settings, database_url=url))
        await silent.execute(f"BEGIN; SELECT pg_advisory_xact_lock({SEQUENCER_LOCK})")
        proxy.faults = Faults(is_silent=True)
        began = time.monotonic()
        waiting = await asyncpg.connect(settings.database_url)
        await waiting.execute(TURN, SEQUENCER_LOCK)
        waited_s = time.monotonic() - began
        await waiting.close()
        silent.terminate()
    return waited_s
