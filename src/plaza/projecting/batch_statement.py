"""A whole batch and its step by one statement, which is its own transaction.

What a batch costs is mostly how often PostgreSQL is asked: begin, take the step, write each table,
commit. Here the tables are read first and everything is written at once. Nobody else can have
changed them in between, because whoever writes a build's tables takes a step of it: where the step
that the follower goes on from is no longer the last one, nothing is written at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Fact
from plaza.projecting.batch import BuildTables, DocumentTable, Told, columns_of, encoded_of
from plaza.projecting.projection import Remembered
from plaza.projecting.steps import TAKE, Fenced, NextStep, Step, is_taken
from plaza.projecting.table_statements import TableStatements

STEP_PARAMETERS = 7
IS_TAKEN = "EXISTS (SELECT FROM taken)"
STATEMENTS_KEPT = 1_000


class Clause(NamedTuple):
    """What is done to one table, apart from the values: equal ones share a statement."""

    sql: TableStatements
    is_remembered: bool
    hides: bool


class Change(NamedTuple):
    """What a batch makes of one table."""

    table: DocumentTable
    held: dict[UUID, Remembered[Any]] | None
    """The documents; None where nothing is remembered of them."""
    shown: list[msgspec.Struct]

    def clause(self) -> Clause:
        held = self.held
        hides = held is not None and self.table.may_hide(held, self.shown)
        return Clause(self.table.sql, held is not None, hides)

    def values(self) -> list[Any]:
        columns = columns_of(self.shown, self.table.sql.columns)
        return columns if self.held is None else [list(self.held), encoded_of(self.held), *columns]


async def write_at_once(
    connection: asyncpg.Connection, tables: BuildTables, step: NextStep, facts: Iterable[Fact]
) -> tuple[Step, set[str]]:
    """Fold a batch of facts into the tables, and go on by a step; the tags of what changed.

    Raises:
        Fenced: somebody else has gone on from the same step; nothing was written.
        Exception: whatever a fact breaks; nothing was written.
    """
    told = [tables.told(fact) for fact in facts]
    changes = [
        change
        for table in tables.documents
        if (change := await _change(connection, table, told)) is not None
    ]
    values = [value for change in changes for value in change.values()]
    statement = _statement(tuple(change.clause() for change in changes))
    try:
        rows = await connection.fetch(statement, *step.values(), *values)
    except asyncpg.UniqueViolationError as error:
        if is_taken(error):
            raise Fenced from error
        raise
    if not rows:
        raise Fenced
    return step.step, _tags(changes, rows)


async def _change(
    connection: asyncpg.Connection, table: DocumentTable, told: Sequence[Told]
) -> Change | None:
    touched = table.touched_by(told)
    if not touched:
        return None
    if table.document.is_told_once:
        return Change(table, None, table.recorded(touched))
    held = await table.folded(connection, touched)
    return Change(table, held, table.rows_of(held))


@lru_cache(STATEMENTS_KEPT)
def _statement(clauses: tuple[Clause, ...]) -> str:
    """Takes the step, then writes each table: old rows go before others take their place."""
    parts, changed, first = [f"taken AS ({TAKE})"], [], STEP_PARAMETERS + 1
    for number, (sql, is_remembered, hides) in enumerate(clauses):
        rows, condition = first, IS_TAKEN
        if is_remembered:
            rows += 2
            parts.append(f"remembered{number} AS ({sql.remember(first, IS_TAKEN)})")
        if hides:
            parts.append(f"hidden{number} AS ({sql.hide_unshown(first, rows, IS_TAKEN)})")
            condition = f"{IS_TAKEN} AND (SELECT count(*) FROM hidden{number}) >= 0"
        parts.append(f"shown{number} AS ({sql.show(rows, condition)})")
        if sql.returned:
            row = f"SELECT {number} AS place, ROW({', '.join(sql.returned)}) AS was FROM "
            changed += [f"{row}hidden{number}"] * hides + [f"{row}shown{number}"]
        first = rows + len(sql.columns)
    found = " UNION ALL ".join(changed or ["SELECT 0 AS place, NULL::text AS was WHERE false"])
    return (
        f"WITH {', '.join(parts)} "
        f"SELECT found.place, found.was FROM taken LEFT JOIN ({found}) found ON true"
    )


def _tags(changes: Sequence[Change], rows: Iterable[asyncpg.Record]) -> set[str]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for place, was in rows:
        if place is not None:
            returned = changes[place].table.sql.returned
            found.setdefault(place, []).append(dict(zip(returned, was, strict=True)))
    tags: set[str] = set()
    for place, change in enumerate(changes):
        tags |= change.table.tags(found.get(place, []), change.shown)
    return tags
