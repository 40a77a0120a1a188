"""When API keys were last used, as the API's processes have seen it."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from plaza.writing.unit_of_work import UnitOfWork

NOTE = text("""
    UPDATE vendors.api_key k SET last_used_at = greatest(k.last_used_at, u.used_at)
    FROM jsonb_to_recordset(CAST(:uses AS jsonb)) AS u (key_id uuid, used_at timestamptz)
    WHERE k.id = u.key_id
""")


class NoteKeyUses(msgspec.Struct, frozen=True, kw_only=True):
    used_at: dict[UUID, datetime]


async def note_key_uses(command: NoteKeyUses, work: UnitOfWork) -> None:
    # In one order, so that two processes never wait for each other.
    uses = [{"key_id": k, "used_at": at} for k, at in sorted(command.used_at.items())]
    await work.session.execute(NOTE, {"uses": msgspec.json.encode(uses).decode()})
