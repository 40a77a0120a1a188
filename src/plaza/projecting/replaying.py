"""What documents would be, had their facts been told again from the start: in memory only.

A fact that concerns none of the documents asked for is not even read, so that a question about one
document takes as long as a scan of the log, and next to no memory.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event, Fact
from plaza.projecting.concerning import named_in
from plaza.projecting.keyed import Keys, These
from plaza.projecting.projection import Document, Projection, Remembered, fold

POSITIONS_AT_ONCE = 20_000

FIRST = """
    SELECT coalesce((SELECT min(position) FROM outbox.position),
        (SELECT max(last_position) + 1 FROM outbox.dropped), 1)
"""

# The bounds let the planner leave out partitions, however far a late commit lies apart.
BOUNDS = """
    SELECT min(id) AS first, max(id) AS last, max(position) AS upto FROM outbox.position
    WHERE position > $1 AND position <= $2
"""

FACTS = """
    SELECT p.position, e.id, e.event_id, e.type, e.aggregate_type, e.aggregate_id, e.version,
        e.ordinal, e.vendor_id, e.account_id, e.actor, e.command, e.correlation_id,
        e.causation_id, e.created_at, e.payload::text AS payload
    FROM outbox.event e JOIN outbox.position p ON p.id = e.id
    WHERE e.id BETWEEN $1 AND $2 AND p.id BETWEEN $1 AND $2
        AND p.position > $3 AND p.position <= $4 AND e.type = ANY ($5) AND ({keys})
    ORDER BY p.position
"""

# A fact is created before its transaction is committed: what a reader saw at that moment may have
# been without the very last of them.
AT = """
    SELECT coalesce(max(p.position), 0) FROM outbox.event e JOIN outbox.position p ON p.id = e.id
    WHERE e.created_at <= $1
"""

Rows = dict[str, dict[UUID, Sequence[msgspec.Struct]]]
"""By the document's table and key; a document that shows nothing has no rows."""


class LogIncomplete(Exception):  # noqa: N818  it says why there is no answer
    """The beginning of the log is gone, so that nothing can be folded from its start."""


class Replay:
    """Documents folded in memory, which can be taken further along the log.

    Attributes:
        upto: the position of the last fact that was looked at.
        held: what is remembered of each document that has facts, by its table and key.
        last: the position of the last fact of each document, by table and key.
        failed: documents whose facts end in an error, by table and key; they are not in `held`.
    """

    def __init__(self, projection: Projection, keys: Keys) -> None:
        self._projection = projection
        self._keys = keys
        self._events = projection.events()
        fields = sorted({document.key for document in projection.documents})
        clauses = (keys.clause(f"(e.payload ->> '{field}')", 6) for field in fields)
        self._facts = FACTS.format(keys=" OR ".join(clauses))
        self.upto = 0
        self.held: dict[str, dict[UUID, Remembered[Any]]] = {
            document.table: {} for document in projection.documents
        }
        self.last: dict[tuple[str, UUID], int] = {}
        self.failed: dict[tuple[str, UUID], str] = {}

    async def go_to(self, connection: asyncpg.Connection, upto: int) -> None:
        """Fold what the log says up to a position.

        Raises:
            LogIncomplete: what it said first is not kept any more.
        """
        if self.upto == 0:
            await check_complete(connection)
        while self.upto < upto:
            reach = min(self.upto + POSITIONS_AT_ONCE, upto)
            bounds = await connection.fetchrow(BOUNDS, self.upto, reach)
            assert bounds is not None
            if bounds["upto"] is None:
                break
            place = (bounds["first"], bounds["last"], self.upto, reach)
            types = list(self._events)
            for record in await connection.fetch(
                self._facts, *place, types, *self._keys.parameters()
            ):
                self._fold(_fact(record))
            self.upto = bounds["upto"]
        self.upto = max(self.upto, upto)

    def rows(self) -> Rows:
        """The rows of the documents, as they are now."""
        return {
            document.table: {
                key: document.rows(key, remembered.parts)
                for key, remembered in self.held[document.table].items()
            }
            for document in self._projection.documents
        }

    def _fold(self, fact: Fact) -> None:
        try:
            event = msgspec.json.decode(fact.payload, type=self._events[fact.type])
        except msgspec.MsgspecError as error:
            self._leave(fact, error)
            return
        for document, key in self._told(event):
            held = self.held[document.table]
            self.last[document.table, key] = fact.position
            if (document.table, key) in self.failed or (document.is_told_once and key in held):
                continue
            try:
                held[key] = fold(document, held.get(key), event, fact)
            except Exception as error:  # noqa: BLE001  whatever it is, it stops this document only
                self._fail(document, key, fact, error)

    def _leave(self, fact: Fact, error: Exception) -> None:
        """A fact that does not say what its type says stops the documents that it names."""
        for document in self._projection.documents:
            key = named_in(fact, document)
            if self._events[fact.type] in document.on and key is not None and key in self._keys:
                self.last[document.table, key] = fact.position
                self._fail(document, key, fact, error)

    def _fail(self, document: Document[Any], key: UUID, fact: Fact, error: Exception) -> None:
        self.held[document.table].pop(key, None)
        self.failed.setdefault((document.table, key), f"position {fact.position}: {error!r}")

    def _told(self, event: Event) -> Iterator[tuple[Document[Any], UUID]]:
        """The documents asked for that an event is about."""
        for document in self._projection.documents:
            if type(event) in document.on:
                key = getattr(event, document.key)
                if key in self._keys:
                    yield document, key


async def replay(
    connection: asyncpg.Connection, projection: Projection, keys: Collection[UUID], upto: int
) -> Rows:
    """The rows of documents as of a position.

    Args:
        connection: that may read the log.
        projection: whose rows they are, as its code has it now.
        keys: of its documents, whatever table they stand in.
        upto: the last position that counts.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
    """
    replaying = Replay(projection, These.of(keys))
    await replaying.go_to(connection, upto)
    return replaying.rows()


async def position_at(connection: asyncpg.Connection, moment: datetime) -> int:
    """The last position whose fact was created by then; 0 where there was none."""
    return int(await connection.fetchval(AT, moment))


async def check_complete(connection: asyncpg.Connection) -> None:
    """See that the log still has its beginning.

    Raises:
        LogIncomplete: it has not.
    """
    first = await connection.fetchval(FIRST)
    if first > 1:
        message = (
            f"The log begins at position {first}: what was before is not kept any more "
            "(PLAZA_LOG_KEPT_DAYS), so that no document can be folded from its start. Read models "
            "are rebuilt from the present state: `plaza projections rebuild NAME --from snapshots`."
        )
        raise LogIncomplete(message)


def _fact(record: asyncpg.Record) -> Fact:
    fields = dict(record)
    return Fact(payload=msgspec.Raw(fields.pop("payload").encode()), **fields)
