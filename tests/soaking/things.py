"""What the soaks change: a few rows with versions, and the events about them."""

from typing import ClassVar
from uuid import UUID

import asyncpg

from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.outbox.append import APPEND, Origin, rows_of

PREPARE = """
    CREATE SCHEMA soaking;
    CREATE TABLE soaking.thing (id uuid PRIMARY KEY, version bigint NOT NULL DEFAULT 0);
    GRANT USAGE ON SCHEMA soaking TO plaza_app;
    GRANT SELECT, UPDATE ON soaking.thing TO plaza_app;
"""

ADD = "INSERT INTO soaking.thing (id) SELECT unnest($1::uuid[])"

BUMP = "UPDATE soaking.thing SET version = version + 1 WHERE id = $1 RETURNING version"

REPEATABLE = """
    INSERT INTO writing.idempotency (scope, key, fingerprint, status, headers, body)
    VALUES ('soaking', gen_random_uuid(), '', 200, '{}', '')
"""


class ThingChanged(Event, frozen=True, kw_only=True, tag="soaking.thing_changed.v1"):
    AGGREGATE: ClassVar[str] = "thing"

    thing_id: UUID
    note: str = ""


async def make_things(connection: asyncpg.Connection, count: int) -> list[UUID]:
    """Make the table, as its owner, with some things in it."""
    await connection.execute(PREPARE)
    things = sorted(new_id() for _ in range(count))
    await connection.execute(ADD, things)
    return things


async def begin_as_commands_do(connection: asyncpg.Connection) -> None:
    """Write the idempotency key: the transaction has its xid long before it has its events."""
    await connection.execute(REPEATABLE)


async def bump(connection: asyncpg.Connection, thing: UUID) -> int:
    """Count the version up; whoever wants the same thing waits until the transaction is over."""
    version: int = await connection.fetchval(BUMP, thing)
    return version


async def append(connection: asyncpg.Connection, *events: Event) -> list[int]:
    """Append events in their order and give their ids."""
    origin = Origin(actor="soak", command="ChangeThing", correlation_id=new_id())
    rows = await connection.fetch(APPEND, rows_of(list(events), origin))
    return [row["id"] for row in rows]


async def change(connection: asyncpg.Connection, thing: UUID, count: int = 1) -> list[int]:
    """A new version of a thing, with as many events as wanted, in the open transaction."""
    version = await bump(connection, thing)
    return await append(
        connection, *(ThingChanged(thing_id=thing, version=version) for _ in range(count))
    )
