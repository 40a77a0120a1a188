"""The tables behind a read model: one set a build, the live build behind a view a schema."""

from string import Template

import asyncpg

from plaza.projecting.projection import Projection

LIVE = """
    SELECT build FROM projecting.build
    WHERE projection = $1 AND schema_version = $2 AND status = 'live'
"""

LAST = "SELECT coalesce(max(build), 0) FROM projecting.build WHERE projection = $1"

RETIRE = "UPDATE projecting.build SET status = 'retired' WHERE projection = $1 AND status = 'live'"

ADD = """
    INSERT INTO projecting.build (projection, build, schema_version, status)
    VALUES ($1, $2, $3, 'live')
"""

# A process has no tables; its one build only carries its steps.
ADD_PROCESS = """
    INSERT INTO projecting.build (projection, build, schema_version, status)
    VALUES ($1, 1, 1, 'live') ON CONFLICT DO NOTHING RETURNING build
"""

FIRST_STEP_NOW = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT $1, 1, 0, 0, coalesce(max(position), 0), 0 FROM outbox.position
"""

FIRST_STEP = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    VALUES ($1, $2, 0, 0, 0, 0)
"""

COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

# What a document remembers is for its projection alone: it may hold what the public never sees.
PARTS = """
    CREATE TABLE {parts} (key uuid PRIMARY KEY, remembered bytea NOT NULL)
"""


def table_name(projection: Projection, table: str, build: int) -> str:
    """A document's table, with its schema."""
    return f"read.{table}_v{projection.schema_version}_b{build}"


def parts_name(projection: Projection, table: str, build: int) -> str:
    """The table of what a document's parts are, with its schema."""
    return f"read.{table}_v{projection.schema_version}_parts_b{build}"


class NotBuilt(Exception):  # noqa: N818  it waits for `plaza migrate`
    """This version's tables of a read model are not there: `plaza migrate` makes them."""


async def live_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The live build of a projection's schema.

    Raises:
        NotBuilt: there is none; a follower never makes one, since it may be of an older version.
    """
    live = await connection.fetchval(LIVE, projection.name, projection.schema_version)
    if live is None:
        message = f"{projection.name} has no live build: run `plaza migrate`."
        raise NotBuilt(message)
    return int(live)


async def ensure_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The live build of a projection's schema; made where there is none yet."""
    live = await connection.fetchval(LIVE, projection.name, projection.schema_version)
    if live is not None:
        return int(live)
    build = int(await connection.fetchval(LAST, projection.name)) + 1
    async with connection.transaction():
        await _create_tables(connection, projection, build)
        await connection.execute(RETIRE, projection.name)
        await connection.execute(ADD, projection.name, build, projection.schema_version)
        await connection.execute(FIRST_STEP, projection.name, build)
    return build


async def ensure_follow(connection: asyncpg.Connection, process: str) -> None:
    """The place of a process in the log; a new one begins with what happens from now on."""
    async with connection.transaction():
        if await connection.fetchval(ADD_PROCESS, process) is not None:
            await connection.execute(FIRST_STEP_NOW, process)


async def _create_tables(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> None:
    await connection.execute(Template(projection.table_sql()).substitute(build=f"b{build}"))
    for document in projection.documents:
        if not document.is_told_once:
            parts = parts_name(projection, document.table, build)
            await connection.execute(PARTS.format(parts=parts))
        await _show(connection, projection, document.table, build)
    for table in projection.derived:
        await _show(connection, projection, table, build)


async def _show(
    connection: asyncpg.Connection, projection: Projection, table: str, build: int
) -> None:
    """Put the build's table behind the view, with its readers' rights."""
    source = table_name(projection, table, build)
    columns = ", ".join(row["attname"] for row in await connection.fetch(COLUMNS, source))
    view = f"read.{table}_v{projection.schema_version}"
    await connection.execute(
        f"CREATE OR REPLACE VIEW {view} WITH (security_invoker = true) "
        f"AS SELECT {columns} FROM {source}"
    )
    private = await connection.fetchval(
        "SELECT relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass", source
    )
    reader = "plaza_app" if private else "plaza_reader, plaza_app"
    await connection.execute(f"GRANT SELECT ON {source}, {view} TO {reader}")
