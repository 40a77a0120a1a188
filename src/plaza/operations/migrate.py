"""Brings a database up to this version: migrations, partitions, builds, the log's epoch."""

from collections.abc import Sequence

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from plaza.operations.revisions import check_not_newer, migrations_folder
from plaza.outbox.epoch import log_identity, reseed_if_moved
from plaza.outbox.partitions import ensure_partitions
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.processes.process import Process
from plaza.projecting.builds import NotBuilt, ensure_build, ensure_follow
from plaza.projecting.projection import Projection
from plaza.settings import InvalidSetting, Settings

OWNER = "plaza_owner"
MIGRATION_LOCK = 7_022_002
LOCK_TIMEOUT = "5s"
"""What waits for a lock holds up everybody who comes behind it."""

SERVER_VERSION_MIN = 180_000
"""Read models are written by what PostgreSQL 18 can tell: what a row was before (RETURNING old)."""
SERVER_VERSION = """
    SELECT current_setting('server_version_num')::int AS number,
        current_setting('server_version') AS name
"""

OWNER_IS_BOUND = """
    SELECT NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = 'plaza_owner'
"""


class ServerTooOld(InvalidSetting):
    """The server cannot do what read models are written by."""


class RolesMissing(InvalidSetting):
    """The server does not know plaza's roles, or one of them may see everything."""


class MigrationBlocked(InvalidSetting):
    """Somebody works with a table that a migration changes."""


async def migrate(
    settings: Settings, projections: Sequence[Projection], processes: Sequence[Process]
) -> None:
    """Do all that is not done yet; several processes may try at once.

    Raises:
        ServerTooOld: it is below PostgreSQL 18.
        RolesMissing: the roles were never created on this server.
        MigratedByNewer: it has had migrations that this version does not know.
        MigrationBlocked: a lock was not to be had; nothing of that migration was done.
        NotBuilt: some read models have to be built of snapshots; all else is done.
    """
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"application_name": "plaza migrate"}
    )
    try:
        await _check_version(connection)
        await _check_roles(connection)
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await connection.execute(f"SET ROLE {OWNER}")
        await check_not_newer(connection)
        await _run_migrations(settings)
        await reseed_if_moved(connection, await log_identity(connection), SEQUENCER_LOCK)
        await ensure_partitions(connection, settings.outbox_partition_size)
        for process in processes:
            await ensure_follow(connection, process.name)
        await _ensure_builds(connection, projections)
    finally:
        await connection.close()


async def _ensure_builds(connection: asyncpg.Connection, projections: Sequence[Projection]) -> None:
    missing: list[str] = []
    for projection in projections:
        try:
            await ensure_build(connection, projection)
        except NotBuilt as error:
            missing.append(str(error))
    if missing:
        raise NotBuilt("\n".join(missing))


async def _check_version(connection: asyncpg.Connection) -> None:
    server = await connection.fetchrow(SERVER_VERSION)
    assert server is not None
    if server["number"] < SERVER_VERSION_MIN:
        message = (
            f"The server is PostgreSQL {server['name']}; "
            f"plaza needs {SERVER_VERSION_MIN // 10_000} or newer. "
            "On an older one commands would be taken, and no read model would move."
        )
        raise ServerTooOld(message)


async def _check_roles(connection: asyncpg.Connection) -> None:
    bound = await connection.fetchval(OWNER_IS_BOUND)
    if bound is None:
        message = (
            "The server has no role plaza_owner. Run src/plaza/embedded/roles.sql on it once, "
            "as a superuser; docs/operating.md says how."
        )
        raise RolesMissing(message)
    if not bound:
        message = (
            "plaza_owner is a superuser or bypasses row-level security, so that nothing would "
            "keep vendors apart. Run: ALTER ROLE plaza_owner NOSUPERUSER NOBYPASSRLS;"
        )
        raise RolesMissing(message)


async def _run_migrations(settings: Settings) -> None:
    assert settings.database_url is not None
    url = settings.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"server_settings": {"role": OWNER}}
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            await connection.commit()
            await connection.run_sync(_upgrade)
            await connection.commit()
    except asyncpg.LockNotAvailableError as error:
        message = (
            f"Others held a table for {LOCK_TIMEOUT} that a migration changes. Nothing was "
            "changed by that migration; run `plaza migrate` again when less is going on."
        )
        raise MigrationBlocked(message) from error
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
