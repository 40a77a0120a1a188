"""A database that another version of plaza has migrated."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from plaza.entrypoints.epochs import anew_each_epoch
from plaza.entrypoints.installation import migrate
from plaza.entrypoints.reachable import check_installation
from plaza.operations.revisions import MigratedByNewer, newest_revision
from plaza.settings import Settings
from plaza.writing.engine import NotMigrated
from writing.watching import watching

REVISION = "SELECT version_num FROM alembic_version"
MIGRATED_TO = "UPDATE alembic_version SET version_num = $1"


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[list[bool]]:
    """What every process does when it starts; gives whether anything was opened."""
    opened: list[bool] = []

    async def open_all(_: object) -> None:
        opened.append(True)

    async with anew_each_epoch(settings, open_all):
        yield opened


async def migrated_to(settings: Settings, revision: str) -> None:
    async with watching(settings) as connection:
        await connection.execute(MIGRATED_TO, revision)


async def test_the_newest_migration_is_what_a_migrated_database_has(settings: Settings) -> None:
    async with watching(settings) as connection:
        assert await connection.fetchval(REVISION) == newest_revision()
    async with started(settings) as opened:
        assert opened


async def test_no_process_and_no_command_works_on_a_database_of_an_older_version(
    fresh_settings: Settings,
) -> None:
    await migrated_to(fresh_settings, "0001")
    needed = f"migrated to 0001 only, and this plaza needs {newest_revision()}: run `plaza migrate`"
    with pytest.raises(NotMigrated, match=needed):
        async with started(fresh_settings) as opened:
            assert not opened
    with pytest.raises(NotMigrated, match=needed):
        await check_installation(fresh_settings)


async def test_processes_work_on_a_database_of_a_newer_version_and_leave_migrating_to_it(
    fresh_settings: Settings,
) -> None:
    await migrated_to(fresh_settings, "9999")
    async with started(fresh_settings) as opened:
        assert opened
    await check_installation(fresh_settings)
    with pytest.raises(MigratedByNewer, match=r"to 9999; .*nothing was changed"):
        await migrate(fresh_settings)
