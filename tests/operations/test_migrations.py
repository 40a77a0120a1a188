"""Migrations under load, cut short, and taken back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from actors import Marketplace, Vendor
from plaza.entrypoints.installation import migrate
from plaza.operations import migrate as migrating
from plaza.operations import revisions
from plaza.operations.migrate import MigrationBlocked, ServerTooOld
from plaza.settings import Settings
from writing.watching import watching

CLIENTS = 4
ANSWERED = {201, 503}
CATALOGUE = """
    SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' '
        || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull AS told
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')
      AND c.relnamespace::regnamespace::text = ANY ($1)
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = ANY ($1)
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' '
        || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace::regnamespace::text = ANY ($1)
    UNION ALL SELECT 'routine ' || oid::regprocedure || ' ' || md5(prosrc)
    FROM pg_proc WHERE pronamespace::regnamespace::text = ANY ($1)
    UNION ALL SELECT 'policy ' || schemaname || '.' || tablename || ' ' || policyname || ' '
        || coalesce(qual, '') || ' ' || coalesce(with_check, '')
    FROM pg_policies WHERE schemaname = ANY ($1)
    UNION ALL SELECT 'right ' || table_schema || '.' || table_name || ' ' || grantee || ' '
        || privilege_type
    FROM information_schema.role_table_grants WHERE table_schema = ANY ($1)
    UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT tgisinternal AND c.relnamespace::regnamespace::text = ANY ($1)
    ORDER BY told
"""
SCHEMAS = """
    SELECT nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
"""
REVISION = "SELECT version_num FROM alembic_version"
NEXT = '''\
"""Written by the tests."""

from plaza.operations.script import run_script

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    run_script("ALTER TABLE catalog.product ADD COLUMN shade text NOT NULL DEFAULT 'oak'")
    run_script("CREATE TABLE catalog.shade (id uuid PRIMARY KEY)")
    run_script("{last}")


def downgrade() -> None:
    run_script("DROP TABLE catalog.shade")
    run_script("ALTER TABLE catalog.product DROP COLUMN shade")
'''
WRONG, RIGHT = "SELECT 1 / 0", "CREATE INDEX product_shade ON catalog.product (shade)"


class Coming:
    """The migrations there are, with one more that a test writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._head = heads_in(folder)

    def ends_with(self, last: str) -> None:
        file = self.folder / "versions" / "9999_coming.py"
        file.write_text(NEXT.format(head=self._head, last=last))


@pytest.fixture
def coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coming:
    folder = tmp_path / "migrations"
    shutil.copytree(revisions.IN_THE_SOURCE, folder)
    monkeypatch.setattr(revisions, "IN_THE_SOURCE", folder)
    return Coming(folder)


def configured(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


def heads_in(folder: Path) -> str:
    head = ScriptDirectory.from_config(configured(folder)).get_current_head()
    assert head is not None
    return head


async def moved_to(settings: Settings, folder: Path, revision: str) -> None:
    """Go up or down to a revision, as the owner of the tables."""
    assert settings.database_url is not None
    url = settings.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    connecting = {"server_settings": {"role": "plaza_owner"}}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=connecting)

    def move(connection: Connection) -> None:
        config = configured(folder)
        config.attributes["connection"] = connection
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)

    async with engine.connect() as connection:
        await connection.run_sync(move)
        await connection.commit()
    await engine.dispose()


async def catalogue(connection: asyncpg.Connection) -> list[str]:
    """Everything that migrations make, but for what is made at run time in `read`."""
    schemas = [row["nspname"] for row in await connection.fetch(SCHEMAS)]
    of_migrations = [schema for schema in schemas if schema != "read"]
    return [row["told"] for row in await connection.fetch(CATALOGUE, of_migrations)]


@asynccontextmanager
async def load(vendor: Vendor) -> AsyncIterator[list[int]]:
    """Clients that create products; what they were answered."""
    answered: list[int] = []
    ends = asyncio.Event()

    async def create() -> None:
        variant = {"price": {"amount_minor": 4900, "currency": "GBP"}, "stock": 5}
        body = {"title": "Oak chair", "variants": [variant]}
        while not ends.is_set():
            answer = await vendor.post(f"{vendor.path}/products", body)
            answered.append(answer.status_code)

    clients = [asyncio.create_task(create()) for _ in range(CLIENTS)]
    try:
        yield answered
    finally:
        ends.set()
        await asyncio.gather(*clients)


# fault 84
async def test_a_migration_that_fails_half_way_under_load_leaves_nothing_and_can_be_run_again(
    fresh_marketplace: Marketplace, coming: Coming
) -> None:
    settings, vendor = fresh_marketplace.settings, await fresh_marketplace.a_vendor()
    async with watching(settings) as connection:
        before, revision = await catalogue(connection), await connection.fetchval(REVISION)
        coming.ends_with(WRONG)
        async with load(vendor) as answered:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await migrate(settings)
            assert await catalogue(connection) == before
            assert await connection.fetchval(REVISION) == revision

            coming.ends_with(RIGHT)
            await migrate(settings)
            count = len(answered)
            await fresh_marketplace.until(lambda: went_on(answered, count))
        after = await catalogue(connection)
        assert [line for line in after if "shade" in line]
        assert set(before) < set(after)
        await moved_to(settings, coming.folder, revision)
        assert await catalogue(connection) == before
    assert set(answered) <= ANSWERED
    assert answered[-1] == 201


async def went_on(answered: list[int], count: int) -> bool:
    return 201 in answered[count:]


# fault 84
async def test_a_migration_that_has_to_wait_for_a_reader_gives_up_and_holds_nobody(
    fresh_marketplace: Marketplace, coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, vendor = fresh_marketplace.settings, await fresh_marketplace.a_vendor()
    coming.ends_with(RIGHT)
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "300ms")
    async with watching(settings) as connection:
        before = await catalogue(connection)
        async with watching(settings) as reader, reader.transaction():
            await reader.execute("LOCK TABLE catalog.product IN ACCESS SHARE MODE")
            with pytest.raises(MigrationBlocked, match="Nothing was changed"):
                await migrate(settings)
            created = await vendor.creates_product()
        assert created["id"]
        assert await catalogue(connection) == before
        await migrate(settings)
        assert await connection.fetchval(REVISION) == "9999"


async def test_a_server_that_is_too_old_is_refused_before_anything_is_done(
    fresh_settings: Settings, coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "SERVER_VERSION_MIN", 9_990_000)
    coming.ends_with(RIGHT)
    async with watching(fresh_settings) as connection:
        revision = await connection.fetchval(REVISION)
        with pytest.raises(ServerTooOld, match=r"PostgreSQL \d+.* needs 999 or newer"):
            await migrate(fresh_settings)
        assert await connection.fetchval(REVISION) == revision


# fault 84
async def test_every_migration_can_be_taken_back_without_a_trace(fresh_settings: Settings) -> None:
    folder = revisions.IN_THE_SOURCE
    taken_back = [
        script.revision
        for script in ScriptDirectory.from_config(configured(folder)).walk_revisions()
    ]
    async with watching(fresh_settings) as connection:
        await connection.execute("DROP SCHEMA IF EXISTS read CASCADE; CREATE SCHEMA read")
        whole = await catalogue(connection)
        for revision in (*taken_back[1:], "base"):
            await moved_to(fresh_settings, folder, revision)
        left = await catalogue(connection)
        schemas = {row["nspname"] for row in await connection.fetch(SCHEMAS)}
        await moved_to(fresh_settings, folder, "head")
        again = await catalogue(connection)
    assert (left, schemas - {"read"}) == ([], set())
    assert without_partitions(again) == without_partitions(whole)


def without_partitions(told: list[str]) -> list[str]:
    """Leave out what `plaza migrate` makes behind the migrations."""
    return [line for line in told if "outbox.event_from_" not in line]
