"""What is to be done again and again: partitions ahead, old keys gone."""

import asyncpg
import structlog

from plaza.outbox.partitions import ensure_partitions
from plaza.settings import Settings

KEYS_KEPT_HOURS = 72
CHUNK = 10_000

FORGET = """
    DELETE FROM writing.idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM writing.idempotency
        WHERE created_at < clock_timestamp() - make_interval(hours => $1) LIMIT $2))
"""

log = structlog.get_logger()


async def add_partitions(settings: Settings) -> int:
    """Make partitions of the log ahead of its ids."""
    connection = await _connect_as_owner(settings)
    try:
        made = await ensure_partitions(connection, settings.outbox_partition_size)
    finally:
        await connection.close()
    log.info("partitions_added", made=made)
    return made


async def forget_keys(settings: Settings) -> int:
    """Delete idempotency keys after 72 hours, in chunks that lock little."""
    connection = await _connect_as_owner(settings)
    forgotten = 0
    try:
        while True:
            status = await connection.execute(FORGET, KEYS_KEPT_HOURS, CHUNK)
            deleted = int(status.rpartition(" ")[2])
            forgotten += deleted
            if deleted < CHUNK:
                break
    finally:
        await connection.close()
    log.info("keys_forgotten", forgotten=forgotten)
    return forgotten


async def _connect_as_owner(settings: Settings) -> asyncpg.Connection:
    return await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "application_name": "plaza upkeep"},
    )
