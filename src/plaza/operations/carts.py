"""Removes carts that nobody has come back to, with their lines and addresses."""

import asyncpg
import structlog

from plaza.settings import Settings

CHUNK = 1_000

# The database's clock decides. Who is just changing one of them keeps it: it is passed over.
EXPIRE = """
    WITH due AS (
        SELECT id FROM ordering.cart
        WHERE expires_at <= clock_timestamp() AND status IN ('open', 'merged')
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
    forgotten AS (DELETE FROM ordering.address a USING due WHERE a.cart_id = due.id)
    DELETE FROM ordering.cart c USING due WHERE c.id = due.id
"""

log = structlog.get_logger()


async def expire_carts(settings: Settings) -> int:
    """Remove every cart whose time is over, in chunks that lock little; bought ones stay.

    Carts leave no facts: they are their owners' working state, and nobody follows them.

    Returns:
        How many were removed.
    """
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "application_name": "plaza carts",
        },
    )
    removed = 0
    try:
        while True:
            status = await connection.execute(EXPIRE, CHUNK)
            deleted = int(status.rpartition(" ")[2])
            removed += deleted
            if deleted < CHUNK:
                break
    finally:
        await connection.close()
    if removed:
        log.info("carts_expired", carts=removed)
    return removed
