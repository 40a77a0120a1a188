"""Which migrations a database has had, beside those that this version of plaza brings."""

from pathlib import Path

import asyncpg

from plaza.settings import InvalidSetting, Settings
from plaza.writing.engine import NotMigrated

BESIDE_THE_PACKAGE = Path(__file__).parents[1] / "migrations"
IN_THE_SOURCE = Path(__file__).parents[3] / "migrations"

IS_RECORDED = "SELECT to_regclass('alembic_version') IS NOT NULL"
REVISION = "SELECT max(version_num) FROM alembic_version"
NONE = ""


class MigratedByNewer(InvalidSetting):
    """The database has had migrations that this version does not know."""


def migrations_folder() -> Path:
    """Where the migrations are, in a source tree or in what was installed of it."""
    return IN_THE_SOURCE if IN_THE_SOURCE.is_dir() else BESIDE_THE_PACKAGE


def newest_revision() -> str:
    """The last migration that this version brings; their files begin with their numbers."""
    files = (migrations_folder() / "versions").glob("[0-9]*_*.py")
    return max(file.stem.partition("_")[0] for file in files)


async def revision_of(connection: asyncpg.Connection) -> str:
    """The last migration that a database has had, asked by its owner; empty: none."""
    if not await connection.fetchval(IS_RECORDED):
        return NONE
    return str(await connection.fetchval(REVISION) or NONE)


async def check_not_newer(connection: asyncpg.Connection) -> None:
    """Be sure that this version knows every migration of the database.

    Raises:
        MigratedByNewer: it does not, so that it cannot migrate it either.
    """
    found, newest = await revision_of(connection), newest_revision()
    if found > newest:
        message = (
            f"The database was migrated by a newer plaza (to {found}; this one knows {newest}), "
            "and nothing was changed. Run `plaza migrate` of that version or a later one, or "
            "restore a backup from before it."
        )
        raise MigratedByNewer(message)


async def check_migrated(settings: Settings) -> None:
    """Be sure that the database has had every migration of this version; it may have had more.

    Raises:
        NotMigrated: it has not.
    """
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "application_name": "plaza revision"},
    )
    try:
        found = await revision_of(connection)
    finally:
        await connection.close()
    newest = newest_revision()
    if found < newest:
        state = f"was migrated to {found} only" if found else "has no plaza tables"
        message = f"The database {state}, and this plaza needs {newest}: run `plaza migrate`."
        raise NotMigrated(message)
