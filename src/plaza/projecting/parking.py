"""Poison: what a fact breaks is parked, a document at a time, and everything else goes on.

While nothing is parked, this costs nothing. Once a batch has failed, it is written again a fact at
a time, each in a savepoint. A document that fails is parked: its later facts are held back, so that
they come in their order when it is tried again. A bug that hits everything is not parked away: then
nothing more is written at all, and what was shown before is shown on.
"""

import asyncpg
import structlog

from plaza.kernel.event import Fact
from plaza.projecting import parked
from plaza.projecting.batch import BuildTables, DocumentTable, Told
from plaza.projecting.concerning import NotUnderstood, Subscriptions
from plaza.projecting.parked import Held, Key
from plaza.projecting.poison import is_poison
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Shard

PARKED_KEYS_MAX = 100
TELLING_BATCH_FACTS = 100
"""Of fewer facts, some that fail say little about all."""
POISONED_SHARE_MAX = 0.01

log = structlog.get_logger()


class TooMuchPoison(Exception):  # noqa: N818  it ends a batch, not the program
    """So much fails that it is not the facts' fault; nothing of the batch may be committed."""


class Parking:
    """What is parked in one build, as far as one follower knows.

    Rows of it come and go with steps only, so that a follower that was not fenced knows them all.
    """

    def __init__(self, shard: Shard, projection: Projection, tables: BuildTables) -> None:
        self._shard = shard
        self._tables = tables
        self.subscriptions = Subscriptions(projection)
        self.keys: set[Key] = set()

    async def load(self, connection: asyncpg.Connection) -> None:
        """Know what is parked as of the step that the follower goes on from."""
        keys = await parked.parked_keys(connection, self._shard)
        self.keys = {key for key in keys if self._tables.part.keeps(key.key)}

    def concerns(self, facts: list[Fact]) -> bool:
        """Whether any of the facts may have to be held back, or is not understood."""
        return bool(self.keys) or not self.subscriptions.covers(facts)

    async def write(self, connection: asyncpg.Connection, facts: list[Fact]) -> set[str]:
        """Write a batch, but for what is held back; the tags of what changed.

        Raises:
            Exception: whatever a fact breaks; then write it singly.
        """
        if not self.concerns(facts):
            return await self._tables.write(connection, facts)
        return await self._write_apart(connection, facts, singly=False)

    async def write_singly(self, connection: asyncpg.Connection, facts: list[Fact]) -> set[str]:
        """Write a batch a fact at a time, and park what fails.

        Raises:
            TooMuchPoison: so much does that nothing should go on.
        """
        return await self._write_apart(connection, facts, singly=True)

    async def _write_apart(
        self, connection: asyncpg.Connection, facts: list[Fact], *, singly: bool
    ) -> set[str]:
        batch = Apart(self._tables, self.subscriptions, self.keys)
        changed: set[str] = set()
        for table in self._tables.documents:
            changed |= await batch.write(connection, table, facts, singly=singly)
        batch.check(len(facts))
        await self._keep(connection, batch)
        changed |= await self._tags_of(connection, batch)
        await self._tables.note(connection, changed, facts[-1].position)
        self.keys = self.keys | batch.failed.keys()
        return changed

    async def _keep(self, connection: asyncpg.Connection, batch: "Apart") -> None:
        await parked.park(connection, self._shard, batch.failed)
        await parked.hold(connection, self._shard, batch.held)
        for key, (position, error) in batch.failed.items():
            log.error(
                "document_parked",
                projection=self._shard.projection,
                document=key.document,
                key=str(key.key),
                position=position,
                error=repr(error),
            )

    async def _tags_of(self, connection: asyncpg.Connection, batch: "Apart") -> set[str]:
        """What shows the documents that are parked now: from now on it says so."""
        tables = {table.document.table: table for table in self._tables.documents}
        tags: set[str] = set()
        for key in batch.failed:
            tags |= await tables[key.document].tags_of(connection, key.key)
        return tags


class Apart:
    """A batch taken apart: what is applied to a document, what is held back, what fails.

    Attributes:
        failed: the documents that are parked by this batch, each with its first fact and why.
        held: the facts that were not applied to a document.
    """

    def __init__(self, tables: BuildTables, subscriptions: Subscriptions, keys: set[Key]) -> None:
        self._tables = tables
        self._subscriptions = subscriptions
        self._keys = keys
        self.failed: dict[Key, tuple[int, Exception]] = {}
        self.held: list[Held] = []
        self._written: set[Key] = set()

    async def write(
        self,
        connection: asyncpg.Connection,
        table: DocumentTable,
        facts: list[Fact],
        *,
        singly: bool,
    ) -> set[str]:
        """Write what concerns one document's table; the tags of what changed."""
        changed: set[str] = set()
        together: list[Told] = []
        for fact in facts:
            told = self._told(table, fact)
            if told is not None and singly:
                changed |= await self._try(connection, table, told)
            elif told is not None:
                together.append(told)
        return changed | await table.write(connection, together)

    def check(self, facts: int) -> None:
        """Be sure that it is the facts, and not all that is done with them.

        Raises:
            TooMuchPoison: it is not.
        """
        broken = {
            key: told for key, told in self.failed.items() if not isinstance(told[1], NotUnderstood)
        }
        if len(self._keys) + len(self.failed) > PARKED_KEYS_MAX:
            reason = f"More than {PARKED_KEYS_MAX} documents would be parked."
            raise TooMuchPoison(reason) from self._first_error()
        share = POISONED_SHARE_MAX * len(self._written | broken.keys())
        if facts >= TELLING_BATCH_FACTS and len(broken) > max(1, share):
            reason = f"{len(broken)} documents failed in a batch of {facts} facts."
            raise TooMuchPoison(reason) from self._first_error()

    def _first_error(self) -> Exception | None:
        return next((error for _, error in self.failed.values()), None)

    def _told(self, table: DocumentTable, fact: Fact) -> Told | None:
        """The fact with what it says, if it is to be applied to a document of the table."""
        document = table.document
        if not self._subscriptions.concerns(document, fact):
            return None
        try:
            told = self._subscriptions.told(self._tables, fact)
        except Exception as error:  # noqa: BLE001  whatever it is, it is about this fact
            key = self._subscriptions.key_in(document, fact)
            if self._tables.part.keeps(key.key):
                self._fail(key, fact, error)
            return None
        key = Key(document.table, getattr(told[0], document.key))
        if not self._tables.part.keeps(key.key):
            return None
        for place in (key, Key(document.table, fact.aggregate_id)):
            if place in self._keys or place in self.failed:
                self.held.append(Held(place, fact.position))
                return None
        self._written.add(key)
        return told

    async def _try(
        self, connection: asyncpg.Connection, table: DocumentTable, told: Told
    ) -> set[str]:
        event, fact = told
        key = Key(table.document.table, getattr(event, table.document.key))
        try:
            async with connection.transaction():
                return await table.write(connection, [told])
        except Exception as error:
            if not is_poison(error):
                raise
            self._fail(key, fact, error)
        return set()

    def _fail(self, key: Key, fact: Fact, error: Exception) -> None:
        if key not in self._keys:
            self.failed.setdefault(key, (fact.position, error))
        self.held.append(Held(key, fact.position))
