"""What the journal tells: of one command to who gave it, of all of them to whom they concern."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.reading.cursor import Cursors
from plaza.reading.pools import PrivateReads
from plaza.reading.watermarks import Watermark

GET = """
    SELECT j.id, j.command, j.operation, j.accepted_at, j.done_at, j.outcome, j.code, j.subjects,
        j.last_event, p.position
    FROM writing.journal j LEFT JOIN outbox.position p ON p.id = j.last_event
    WHERE j.id = $1 AND ($2::boolean OR j.account_id = $3 OR j.api_key_id = $4)
"""

LIST = """
    SELECT id, accepted_at, actor, command, operation, path, host(network) || '/' ||
        masklen(network) AS network, session_id, vendor_id, outcome, code, subjects, reason
    FROM writing.journal
    WHERE ($1::uuid IS NULL OR vendor_id = $1) AND ($2::uuid IS NULL OR account_id = $2)
        AND ($3::text IS NULL OR outcome = $3) AND ($4::jsonb IS NULL OR subjects @> $4)
        AND ($5::uuid IS NULL OR id < $5)
    ORDER BY id DESC LIMIT $6
"""

Outcome = Literal["applied", "refused"]


class Subject(msgspec.Struct, frozen=True):
    """A thing that the command has changed."""

    type: str
    id: UUID


class Shown(msgspec.Struct, frozen=True):
    """Whether a read model shows the command's change yet."""

    name: str
    visible: bool


class CommandState(msgspec.Struct, frozen=True):
    """What became of one command."""

    id: UUID
    command: str
    operation: str | None
    status: Outcome
    code: str | None
    accepted_at: datetime
    applied_at: datetime | None
    subjects: list[Subject]
    position: int | None
    """Where its last fact stands in the log; null while it is not sequenced, and without facts."""
    read_models: list[Shown]


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to what, from where, and what came of it."""

    id: UUID
    at: datetime
    actor: str
    command: str
    operation: str | None
    path: str | None
    network: str | None
    session_id: UUID | None
    vendor_id: UUID | None
    outcome: Outcome
    code: str | None
    subjects: list[Subject]
    reason: str | None
    """Why, where whoever did it had to say so."""


class AuditEntryList(msgspec.Struct, frozen=True):
    items: list[AuditEntry]
    next_cursor: str | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; what is None does not matter."""

    vendor_id: UUID | None = None
    account_id: UUID | None = None
    subject_id: UUID | None = None
    outcome: Outcome | None = None


class Giver(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a command; operators may ask for everybody's."""

    is_operator: bool = False
    account_id: UUID | None = None
    api_key_id: UUID | None = None


async def command_state(
    reads: PrivateReads,
    surface: Surface,
    marks: Mapping[str, Watermark],
    command_id: UUID,
    giver: Giver,
) -> CommandState:
    """What became of a command.

    Args:
        reads: connections of the database.
        surface: the rows that who asks may see.
        marks: how far each read model has come.
        command_id: which command.
        giver: who asks.

    Raises:
        NotThere: nobody gave it, or somebody else.
    """
    async with reads.within(surface) as connection:
        row = await connection.fetchrow(
            GET, command_id, giver.is_operator, giver.account_id, giver.api_key_id
        )
    if row is None:
        raise NotThere
    has_facts, position = row["last_event"] is not None, row["position"]
    return CommandState(
        id=row["id"],
        command=row["command"],
        operation=row["operation"],
        status=row["outcome"],
        code=row["code"],
        accepted_at=row["accepted_at"],
        applied_at=row["done_at"] if row["outcome"] == "applied" else None,
        subjects=msgspec.json.decode(row["subjects"], type=list[Subject]),
        position=position,
        read_models=[
            Shown(name, not has_facts or (position is not None and mark.position >= position))
            for name, mark in sorted(marks.items())
        ],
    )


async def audit_entries(
    reads: PrivateReads,
    surface: Surface,
    cursors: Cursors,
    asked: Asked,
    limit: int,
    cursor: str | None,
) -> AuditEntryList:
    """A page of entries, the newest first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"audit/{asked}"
    behind = None
    if cursor is not None:
        (behind,) = cursors.read(question, cursor, tuple[UUID])
    subject = None if asked.subject_id is None else f'[{{"id": "{asked.subject_id}"}}]'
    async with reads.within(surface) as connection:
        rows = await connection.fetch(
            LIST, asked.vendor_id, asked.account_id, asked.outcome, subject, behind, limit + 1
        )
    further = None
    if len(rows) > limit:
        further = cursors.write(question, [rows[limit - 1]["id"]])
    return AuditEntryList([_entry(row) for row in rows[:limit]], further)


def _entry(row: asyncpg.Record) -> AuditEntry:
    told = dict(row)
    told["at"] = told.pop("accepted_at")
    told["subjects"] = msgspec.json.decode(told["subjects"])
    return msgspec.convert(told, AuditEntry)
