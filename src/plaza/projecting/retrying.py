"""Trying parked documents again: the facts held for one, in their order, in one transaction."""

import time

import asyncpg
import structlog

from plaza.kernel.event import Fact
from plaza.outbox.channels import everything
from plaza.outbox.read import read_facts
from plaza.projecting import parked
from plaza.projecting.batch import BuildTables, DocumentTable, Told
from plaza.projecting.parked import Key
from plaza.projecting.parking import Parking
from plaza.projecting.poison import is_poison
from plaza.projecting.steps import Shard

LOOK_INTERVAL_S = 1.0
FACTS_AT_ONCE = 500

log = structlog.get_logger()


class FactsGone(Exception):  # noqa: N818  it keeps a document parked
    """Facts that are held are not in the log any more."""


class StillHeld(Exception):  # noqa: N818  it keeps a document parked
    """A fact belongs to another document too, which is parked itself."""


class Retrying:
    """Tries what one follower has parked; nothing is asked while that is nothing."""

    def __init__(self, shard: Shard, tables: BuildTables, parking: Parking) -> None:
        self._shard = shard
        self._tables = tables
        self._parking = parking
        self._looked_at = float("-inf")

    def begin(self) -> None:
        """Look at once: who tries it now may be of a newer version."""
        self._looked_at = float("-inf")

    async def due(self, connection: asyncpg.Connection) -> Key | None:
        """A document whose time has come, by the database's clock; looked for now and then."""
        if not self._parking.keys or time.monotonic() - self._looked_at < LOOK_INTERVAL_S:
            return None
        key = await parked.due(connection, self._shard, self._parking.keys)
        if key is None:
            # After a look that found something, there may be more at once.
            self._looked_at = time.monotonic()
        return key

    async def retry(self, connection: asyncpg.Connection, key: Key, upto: int) -> set[str] | None:
        """Apply what is held for a document, in the transaction that took a step.

        Returns:
            The tags of what shows it, or None where it failed again and waits on.
        """
        await parked.skip(connection, self._shard, key)
        table = self._table_of(key)
        try:
            async with connection.transaction():
                changed = await self._replay(connection, table, key)
        except Exception as error:
            if not is_poison(error):
                raise
            await parked.put_off(connection, self._shard, key, error)
            return None
        await parked.release(connection, self._shard, key)
        changed |= await self._standing_tags(connection, table, key)
        await self._tables.note(connection, changed, upto + 1)
        return changed

    def released(self, key: Key) -> None:
        """The release was committed."""
        self._parking.keys = self._parking.keys - {key}
        log.info(
            "document_unparked",
            projection=self._shard.projection,
            document=key.document,
            key=str(key.key),
        )

    async def _replay(
        self, connection: asyncpg.Connection, table: DocumentTable, key: Key
    ) -> set[str]:
        changed: set[str] = set()
        after = 0
        while True:
            positions = await parked.held_positions(
                connection, self._shard, key, after, FACTS_AT_ONCE
            )
            if not positions:
                return changed
            facts = await read_facts(connection, positions)
            if len(facts) < len(positions):
                raise FactsGone("Rebuild the read model, or skip what was held.")
            changed |= await table.write(connection, self._told(table, facts, key))
            after = positions[-1]

    def _told(self, table: DocumentTable, facts: list[Fact], key: Key) -> list[Told]:
        subscriptions = self._parking.subscriptions
        concerning = [fact for fact in facts if subscriptions.concerns(table.document, fact)]
        told = [subscriptions.told(self._tables, fact) for fact in concerning]
        for event, _ in told:
            other = Key(key.document, getattr(event, table.document.key))
            if other != key and other in self._parking.keys:
                raise StillHeld(f"{other.document} {other.key} has to go on first.")
        return told

    async def _standing_tags(
        self, connection: asyncpg.Connection, table: DocumentTable, key: Key
    ) -> set[str]:
        """The tags of its rows; of all answers, where no row tells which ones it was part of."""
        if table.document.tags is None:
            return set()
        tags = await table.tags_of(connection, key.key)
        return tags or {everything(self._shard.projection)}

    def _table_of(self, key: Key) -> DocumentTable:
        tables = {table.document.table: table for table in self._tables.documents}
        return tables[key.document]
