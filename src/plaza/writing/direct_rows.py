"""Rows that the driver writes and reads: one statement for all, where an ORM would make many.

Classes ask for that by `is_direct`. Rows of other classes, and whatever is deleted, are left to
SQLAlchemy. Measured: a flush of eight tables takes a tenth of the time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import asyncpg
import msgspec
from advanced_alchemy.base import DefaultBase
from sqlalchemy import FetchedValue
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from plaza.outbox.driver import driver_of

# All rows of a table are one parameter, so that their number does not change the statement.
INSERT = """
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM jsonb_to_recordset(${place}::text::jsonb) AS ({typed})
"""
# Where a table has no versions, both sides of the comparison are NULL.
UPDATE = """
    UPDATE {table} SET {changes}
    FROM jsonb_to_recordset(${place}::text::jsonb) AS d (read_version bigint, {typed})
    WHERE {same} AND {version} IS NOT DISTINCT FROM d.read_version RETURNING 1
"""
VERSION = "version"


R = TypeVar("R", bound=DefaultBase)


class TableShape:
    """What SQL has to know of a class's table."""

    def __init__(self, kind: type[DefaultBase]) -> None:
        columns = list(kind.__table__.columns)
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        self.table = str(kind.__table__)
        self.key = tuple(each.name for each in columns if each.primary_key)
        self.types = {each.name: each.type.compile(dialect=dialect) for each in columns}
        self.json = [each.name for each in columns if isinstance(each.type, JSONB)]
        self.filled_by_server = [
            each.name for each in columns if isinstance(each.server_default, FetchedValue)
        ]
        self.written = [name for name in self.types if name not in self.filled_by_server]

    def typed(self, names: Iterable[str]) -> str:
        return ", ".join(f"{name} {self.types[name]}" for name in names)

    @cached_property
    def selected(self) -> str:
        """Its columns; JSON as text, since connections differ in what they decode it to."""
        return ", ".join(f"{name}::text" if name in self.json else name for name in self.types)


@cache
def shape_of(kind: type[DefaultBase]) -> TableShape:
    return TableShape(kind)


def insert_of(kind: type[DefaultBase], place: int = 1) -> str:
    """The statement that makes rows of the class, told as JSON in the parameter at the place."""
    shape = shape_of(kind)
    columns, typed = ", ".join(shape.written), shape.typed(shape.written)
    return INSERT.format(table=shape.table, columns=columns, place=place, typed=typed)


class Writing(NamedTuple):
    """A kind of write that one part of the statement does: new rows, or changes of some columns."""

    kind: type[DefaultBase]
    changed: tuple[str, ...] | None = None


async def flush(session: AsyncSession) -> None:
    """Write what the session's rows have become, versions compared and set.

    Raises:
        StaleDataError: a row is not what it was when it was read.
    """
    within = session.sync_session
    states = [
        instance_state(row)
        for row in (*within.new, *within.dirty)
        if _is_direct(instance_state(row))
    ]
    if states:
        await _write(states, await driver_of(session))
        # As SQLAlchemy's own flush ends.
        within._register_persistent(set(states))  # noqa: SLF001
    if within.new or within.dirty or within.deleted:
        await session.flush()


def _is_direct(state: InstanceState[Any]) -> bool:
    said = "is_direct" if state.key is not None else "is_directly_made"
    return bool(getattr(state.class_, "is_direct", False) and getattr(state.class_, said, False))


async def _write(states: Sequence[InstanceState[Any]], driver: asyncpg.Connection) -> None:
    rows: defaultdict[Writing, list[Mapping[str, object]]] = defaultdict(list)
    for state in states:
        _add(state, rows)
    if not rows:
        return
    # Always in the same order, so that two commands that change the same rows cannot deadlock.
    writings = sorted(rows, key=lambda each: (shape_of(each.kind).table, each.changed or ()))
    values = [msgspec.json.encode(rows[each]).decode() for each in writings]
    written = await driver.fetchrow(_statement(tuple(writings)), *values)
    assert written is not None
    if list(written) != [len(rows[each]) for each in writings]:
        raise StaleDataError("Rows were changed by somebody who had not locked them.")


def _add(state: InstanceState[Any], rows: defaultdict[Writing, list[Mapping[str, object]]]) -> None:
    kind: type[DefaultBase] = state.class_
    now = state.dict
    shape = shape_of(kind)
    if state.key is None:
        rows[Writing(kind)].append({name: now.get(name) for name in shape.written})
        state.expired_attributes.update(shape.filled_by_server)
        return
    before: dict[str, Any] = state.committed_state
    # What stands beside the columns is rows of other classes, which are written for themselves.
    columns = shape.types.keys() & before.keys()
    changed = tuple(sorted(name for name in columns if now[name] != before[name]))
    if changed:
        row = {name: now[name] for name in (*shape.key, *changed)}
        row["read_version"] = before.get(VERSION, now.get(VERSION))
        rows[Writing(kind, changed)].append(row)


@cache
def _statement(writings: tuple[Writing, ...]) -> str:
    """All of it in one statement; references between its rows are checked at its end."""
    parts = [f"w{place} AS ({_part(each, place)})" for place, each in enumerate(writings, 1)]
    counts = [f"(SELECT count(*) FROM w{place})" for place in range(1, len(parts) + 1)]
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


def _part(writing: Writing, place: int) -> str:
    if writing.changed is None:
        return insert_of(writing.kind, place) + " RETURNING 1"
    shape = shape_of(writing.kind)
    return UPDATE.format(
        table=shape.table,
        place=place,
        changes=", ".join(f"{name} = d.{name}" for name in writing.changed),
        same=" AND ".join(f"{shape.table}.{name} = d.{name}" for name in shape.key),
        typed=shape.typed((*shape.key, *writing.changed)),
        version=f"{shape.table}.{VERSION}" if VERSION in shape.types else "NULL",
    )


class Question(Generic[R]):
    """A statement that gives rows of a class, whose columns stand in it as `{columns}`."""

    def __init__(self, kind: type[R], statement: str) -> None:
        shape = shape_of(kind)
        self._kind, self._key, self._json = kind, shape.key, shape.json
        self._text = statement.format(columns=shape.selected)

    async def all(self, session: AsyncSession, *values: object) -> list[R]:
        """The rows as they are now; changes of the session are written first."""
        await flush(session)
        found = await (await driver_of(session)).fetch(self._text, *values)
        return [self._known(dict(row), session.sync_session) for row in found]

    async def first(self, session: AsyncSession, *values: object) -> R | None:
        """The first one; None where there is none."""
        found = await self.all(session, *values)
        return found[0] if found else None

    def _known(self, values: dict[str, Any], session: Session) -> R:
        """The session's own row, as it was just read."""
        for name in self._json:
            values[name] = values[name] and msgspec.json.decode(values[name])
        key = session.identity_key(self._kind, tuple(values[name] for name in self._key))
        row: R | None = session.identity_map.get(key)
        if row is None:
            row = self._made(values)
            state = instance_state(row)
            state.key = key
            # As `add`, but without a look for related rows: a row that was just read has none.
            session._update_impl(state)  # noqa: SLF001
            return row
        for name, value in values.items():
            set_committed_value(row, name, value)
        return row

    def _made(self, values: dict[str, Any]) -> R:
        """A row as SQLAlchemy makes those that it reads: without `__init__`, and unchanged."""
        row: R = self._kind.__mapper__.class_manager.new_instance()
        vars(row).update(values)
        return row
