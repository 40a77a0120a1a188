"""What documents of a read model looked like at a moment that is past."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.projection import Projection
from plaza.projecting.replaying import position_at, replay
from plaza.settings import Settings

HEAD = "SELECT coalesce(max(position), 0) FROM outbox.position"


class PointInTime(msgspec.Struct, frozen=True, kw_only=True):
    """Rows as they would have been shown.

    Attributes:
        at: None for now.
        position: of the last fact that counts.
        rows: by table; JSON that a row carries as text is shown as JSON.
    """

    projection: str
    at: datetime | None
    position: int
    rows: dict[str, list[dict[str, Any]]]


async def rows_at(
    settings: Settings, projection: Projection, keys: Collection[UUID], at: datetime | None
) -> PointInTime:
    """Fold the log up to a moment, in memory.

    Rows are made by the code of now. Facts are ordered by when they could be seen: one that was
    created just before the moment may have been committed just after it, and counts.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
    """
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_owner",
            "default_transaction_read_only": "on",
            "application_name": "plaza replay",
            "jit": "off",
        },
    )
    try:
        upto = await _position(connection, at)
        rows = await replay(connection, projection, keys, upto)
    finally:
        await connection.close()
    shown = {
        table: [_shown(row) for of_key in documents.values() for row in of_key]
        for table, documents in rows.items()
        if documents
    }
    return PointInTime(projection=projection.name, at=at, position=upto, rows=shown)


async def _position(connection: asyncpg.Connection, at: datetime | None) -> int:
    if at is not None:
        return await position_at(connection, at)
    return int(await connection.fetchval(HEAD))


def _shown(row: msgspec.Struct) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    return {name: _unfolded(value) for name, value in fields.items()}


def _unfolded(value: Any) -> Any:
    """Text that is a JSON object or array, as such."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
