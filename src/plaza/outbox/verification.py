"""Whether the log is whole: nothing lost, no position empty, nothing twice, aggregates in order.

Rows are never changed, so that no lock is needed while they are read in stretches. Facts that are
appended meanwhile are not looked at, and those that retention drops meanwhile are passed over. The
last version of each aggregate is kept in memory: some 200 bytes each.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Literal

import asyncpg
import msgspec

from plaza.settings import Settings

STRETCH = 10_000
UNSEQUENCED_COUNTED_MAX = 1_000_000

Check = Literal["positions_are_whole", "event_is_there", "aggregate_is_in_order", "event_is_placed"]

EXTENT = """
    SELECT coalesce(d.last_position, 0) + 1 AS first, coalesce(p.last, d.last_position, 0) AS last,
        coalesce(d.last_id, 0) + 1 AS first_id, coalesce(e.last, d.last_id, 0) AS last_id,
        u.facts AS unsequenced, u.oldest_at AS unsequenced_since
    FROM (SELECT max(last_position) AS last_position, max(last_id) AS last_id
            FROM outbox.dropped) d,
        (SELECT max(position) AS last FROM outbox.position) p,
        (SELECT max(id) AS last FROM outbox.event) e,
        outbox.unsequenced($1) u
"""

POSITIONS = """
    SELECT position, id FROM outbox.position
    WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3
"""

# The ids are a parameter of their own, so that the planner prunes the partitions.
EVENTS = """
    SELECT id, aggregate_type || '/' || aggregate_id AS aggregate, version, ordinal
    FROM outbox.event WHERE id = ANY ($1::bigint[])
"""

DROPPED = "SELECT coalesce(max(last_position), 0) FROM outbox.dropped"

# What the last tick has seen, it or one before has placed.
LOST = """
    WITH last AS MATERIALIZED (SELECT snapshot FROM outbox.tick ORDER BY number DESC LIMIT 1),
    stretch AS MATERIALIZED (
        SELECT id, txid FROM outbox.event WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3)
    SELECT (SELECT max(id) FROM stretch) AS upto, ARRAY(
        SELECT s.id FROM stretch s, last WHERE pg_visible_in_snapshot(s.txid, last.snapshot)
            AND NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = s.id)
        ORDER BY s.id) AS ids
"""

Progress = Callable[[int, int], None]
"""Told how much was looked at, and of how much."""

Place = tuple[int, int]


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to look at.

    Attributes:
        first: the first position; not 1 where older ones were given up by retention.
        unsequenced: facts that have no position yet: counted, and not looked at.
        unsequenced_since: when the oldest of them was told.
    """

    first: int
    last: int
    first_id: int
    last_id: int
    unsequenced: int
    unsequenced_since: datetime | None


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is not as it has to be."""

    check: Check
    detail: str
    position: int | None = None
    id: int | None = None


async def verify_log(
    settings: Settings, progress: Progress, *, stretch: int = STRETCH
) -> AsyncIterator[Extent | Finding]:
    """What there is to look at, and then what is wrong with it."""
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_owner",
            "default_transaction_read_only": "on",
            "application_name": "plaza log",
            "jit": "off",
        },
    )
    try:
        (row,) = await connection.fetch(EXTENT, UNSEQUENCED_COUNTED_MAX)
        extent = Extent(**dict(row))
        yield extent
        async for finding in LogVerification(connection, extent, progress, stretch).findings():
            yield finding
    finally:
        await connection.close()


class LogVerification:
    """Goes along the log once by its positions, and once by its ids."""

    def __init__(
        self, connection: asyncpg.Connection, extent: Extent, progress: Progress, stretch: int
    ) -> None:
        self._connection = connection
        self._extent = extent
        self._progress = progress
        self._stretch = stretch
        self._total = extent.last - extent.first + 1 + extent.last_id - extent.first_id + 1
        self._latest: dict[str, Place] = {}

    async def findings(self) -> AsyncIterator[Finding]:
        """Everything that is wrong."""
        self._progress(0, self._total)
        async for finding in self._along_positions():
            yield finding
        async for finding in self._along_ids():
            yield finding

    async def _along_positions(self) -> AsyncIterator[Finding]:
        first, last = self._extent.first, self._extent.last
        after = first - 1
        while after < last:
            rows = await self._connection.fetch(POSITIONS, after, last, self._stretch)
            events = await self._events_of(rows)
            # Asked last, so that what retention drops meanwhile is not taken for missing.
            dropped = await self._connection.fetchval(DROPPED)
            if dropped > after:
                after = dropped
                continue
            for finding in self._wrong(after, rows, events):
                yield finding
            after = rows[-1]["position"]
            self._progress(after - first + 1, self._total)

    async def _along_ids(self) -> AsyncIterator[Finding]:
        first, last = self._extent.first_id, self._extent.last_id
        after = first - 1
        while after < last:
            (lost,) = await self._connection.fetch(LOST, after, last, self._stretch)
            for event in lost["ids"]:
                detail = "was committed, and no tick has given it a position"
                yield Finding(check="event_is_placed", id=event, detail=detail)
            after = lost["upto"] or last
            self._progress(self._total - last + after, self._total)

    async def _events_of(self, rows: list[asyncpg.Record]) -> dict[int, asyncpg.Record]:
        events = await self._connection.fetch(EVENTS, [row["id"] for row in rows])
        return {event["id"]: event for event in events}

    def _wrong(
        self, after: int, rows: list[asyncpg.Record], events: dict[int, asyncpg.Record]
    ) -> list[Finding]:
        found = []
        for row in rows:
            position, event = row["position"], events.get(row["id"])
            if position != after + 1:
                found.append(_hole(after + 1, position - 1))
            after = position
            if event is None:
                detail = "is said to stand there, and is not in the log"
                found.append(
                    Finding(check="event_is_there", position=position, id=row["id"], detail=detail)
                )
            else:
                found += self._out_of_order(position, event)
        return found

    def _out_of_order(self, position: int, event: asyncpg.Record) -> list[Finding]:
        """Whether its aggregate has said as much, or more, before: what is told twice, too."""
        aggregate, place = event["aggregate"], (event["version"], event["ordinal"])
        before = self._latest.get(aggregate)
        self._latest[aggregate] = place
        if before is None or before < place:
            return []
        detail = f"{aggregate} says {_said(place)} behind {_said(before)}"
        check: Check = "aggregate_is_in_order"
        return [Finding(check=check, position=position, id=event["id"], detail=detail)]


def _hole(first: int, last: int) -> Finding:
    detail = "holds nothing" if first == last else f"to {last} hold nothing"
    return Finding(check="positions_are_whole", position=first, detail=detail)


def _said(place: Place) -> str:
    return f"version {place[0]}, event {place[1]}"
