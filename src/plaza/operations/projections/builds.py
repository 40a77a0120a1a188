"""What operators may have done to the builds of a read model."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.refusals import Unprocessable
from plaza.operations.vendor_rebuilds import vendor_named
from plaza.projecting.rebuilding import NothingReady, RebuildUnderWay
from plaza.projecting.snapshots import Source
from plaza.projecting.switching import DiffersFromLive, NothingKept
from plaza.projecting.wishes import Wish, add_wish
from plaza.writing.unit_of_work import UnitOfWork

BESIDE = """
    SELECT build, status, coalesce((differences ->> 'total')::bigint, 0) AS differing
    FROM projecting.build b WHERE projection = $1 AND status = ANY ($2) AND schema_version = (
        SELECT schema_version FROM projecting.build l
        WHERE l.projection = b.projection AND l.status = 'live')
    ORDER BY since DESC LIMIT 1
"""


class VendorsOfLogOnly(Unprocessable):
    code = "vendors_of_log_only"
    title = "What is shown of one vendor is not rebuilt from snapshots"


class RebuildProjection(msgspec.Struct, frozen=True, kw_only=True):
    projection: str
    switch: bool
    source: Source
    vendor_id: UUID | None


class SwitchProjection(msgspec.Struct, frozen=True, kw_only=True):
    projection: str
    accept_differences: bool


class RollbackProjection(msgspec.Struct, frozen=True, kw_only=True):
    projection: str


async def rebuild_projection(command: RebuildProjection, work: UnitOfWork) -> Wish:
    """Have a new build filled, and switched to if it is the same as the live one."""
    connection = await work.connection()
    if command.vendor_id is not None:
        return await _of_vendor(connection, command, command.vendor_id)
    found = await _beside(connection, command.projection, "filling", "ready")
    if found is not None:
        message = f"Build {found['build']} of {command.projection} is {found['status']} already."
        raise RebuildUnderWay(message, build=found["build"])
    return await _wished(
        connection,
        Wish(
            projection=command.projection,
            wish="rebuild",
            is_switched=command.switch,
            source=command.source,
        ),
    )


async def _of_vendor(
    connection: asyncpg.Connection, command: RebuildProjection, vendor_id: UUID
) -> Wish:
    """Have the documents of one vendor written anew where they stand."""
    if command.source != "log":
        message = "Documents of one vendor are told anew from the log: leave `source` out."
        raise VendorsOfLogOnly(message)
    await vendor_named(connection, str(vendor_id))
    wish = Wish(projection=command.projection, wish="rebuild", vendor_id=vendor_id)
    return await _wished(connection, wish)


async def switch_projection(command: SwitchProjection, work: UnitOfWork) -> Wish:
    """Have the build read that is ready."""
    connection = await work.connection()
    found = await _beside(connection, command.projection, "ready")
    if found is None:
        raise NothingReady(f"{command.projection} has no build that is ready: rebuild it first.")
    if found["differing"] and not command.accept_differences:
        message = (
            f"{found['differing']:,} documents of build {found['build']} differ from the live one. "
            "Where that is meant to be, ask with accept_differences."
        )
        members: dict[str, Any] = {"build": found["build"], "differences": found["differing"]}
        raise DiffersFromLive(message, **members)
    accepts = command.accept_differences
    return await _wished(
        connection,
        Wish(projection=command.projection, wish="switch", accepts_differences=accepts),
    )


async def rollback_projection(command: RollbackProjection, work: UnitOfWork) -> Wish:
    """Have the build read again that was live before."""
    connection = await work.connection()
    if await _beside(connection, command.projection, "kept") is None:
        raise NothingKept(f"No earlier build of {command.projection} is kept.")
    return await _wished(connection, Wish(projection=command.projection, wish="rollback"))


async def _beside(
    connection: asyncpg.Connection, projection: str, *statuses: str
) -> asyncpg.Record | None:
    return await connection.fetchrow(BESIDE, projection, list(statuses))


async def _wished(connection: asyncpg.Connection, wish: Wish) -> Wish:
    await add_wish(connection, wish)
    return wish
