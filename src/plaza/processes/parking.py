"""A fact whose consequence fails: its aggregate is parked, and the process goes on with others.

The rows are the same as those of read models: a process counts as its own only document, and the
keys are aggregates. What is held is tried again under the same idempotency keys, so that a
consequence that was done and not noted is not done twice.
"""

import time

import asyncpg
import structlog

from plaza.kernel.event import Fact
from plaza.kernel.refusals import Refusal
from plaza.outbox.read import read_facts
from plaza.projecting import parked
from plaza.projecting.parked import Held, Key
from plaza.projecting.parking import PARKED_KEYS_MAX, TooMuchPoison
from plaza.projecting.poison import OF_THE_FACT, is_poison
from plaza.projecting.retrying import LOOK_INTERVAL_S, FactsGone
from plaza.projecting.steps import Shard
from plaza.writing.failures import is_transient, sqlstate_of

log = structlog.get_logger()


def breaks(error: Exception) -> bool:
    """Whether the same consequence would fail again, however often it is tried."""
    if isinstance(error, Refusal) or is_transient(error):
        return False
    code = sqlstate_of(error)
    return is_poison(error) if code is None else code.startswith(OF_THE_FACT)


class ParkedAggregates:
    """What is parked of one process, as far as its follower knows."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self.keys: set[Key] = set()
        self._looked_at = float("-inf")

    async def load(self, connection: asyncpg.Connection) -> None:
        self._looked_at = float("-inf")
        self.keys = await parked.parked_keys(connection, self._shard)

    def holds(self, fact: Fact) -> bool:
        """Whether the fact has to wait behind others of its aggregate."""
        return self._key_of(fact) in self.keys

    async def keep(
        self, connection: asyncpg.Connection, fact: Fact, failure: Exception | None
    ) -> None:
        """Keep the fact for later, in the transaction that took the step behind it.

        Raises:
            TooMuchPoison: so much is parked that it is not the facts' fault.
        """
        if failure is not None:
            await self._park(connection, fact, failure)
        held = Held(self._key_of(fact), fact.position)
        await parked.hold(connection, self._shard, [held])

    def kept(self, fact: Fact) -> None:
        """That was committed."""
        self.keys = self.keys | {self._key_of(fact)}

    async def _park(self, connection: asyncpg.Connection, fact: Fact, error: Exception) -> None:
        if len(self.keys) >= PARKED_KEYS_MAX:
            reason = f"More than {PARKED_KEYS_MAX} aggregates would be parked."
            raise TooMuchPoison(reason) from error
        key = self._key_of(fact)
        await parked.park(connection, self._shard, {key: (fact.position, error)})
        log.error(
            "consequence_parked",
            process=self._shard.projection,
            key=str(key.key),
            position=fact.position,
            error=repr(error),
        )

    async def due(self, connection: asyncpg.Connection) -> Key | None:
        """What is to be tried again now; looked for now and then."""
        if not self.keys or time.monotonic() - self._looked_at < LOOK_INTERVAL_S:
            return None
        key = await parked.due(connection, self._shard, self.keys)
        if key is None:
            self._looked_at = time.monotonic()
        return key

    async def next_held(self, connection: asyncpg.Connection, key: Key) -> int | None:
        """Where the next fact stands that waits; what an operator wants left out is left out."""
        await parked.skip(connection, self._shard, key)
        positions = await parked.held_positions(connection, self._shard, key, 0, 1)
        if not positions:
            await parked.release(connection, self._shard, key)
            return None
        return positions[0]

    async def fact_at(self, connection: asyncpg.Connection, position: int) -> Fact:
        """A fact that waits.

        Raises:
            FactsGone: the log does not have it any more.
        """
        for fact in await read_facts(connection, [position]):
            return fact
        raise FactsGone("Skip what is held: the log does not have it any more.")

    async def put_off(self, connection: asyncpg.Connection, key: Key, error: Exception) -> None:
        await parked.put_off(connection, self._shard, key, error)

    async def done(self, connection: asyncpg.Connection, key: Key, position: int) -> None:
        """The consequence of a fact that waited is there, in the transaction of a step."""
        await parked.unhold(connection, self._shard, Held(key, position))

    def released(self, key: Key) -> None:
        """Nothing of it waits any more."""
        self.keys = self.keys - {key}
        log.info("consequence_unparked", process=self._shard.projection, key=str(key.key))

    def _key_of(self, fact: Fact) -> Key:
        return Key(self._shard.projection, fact.aggregate_id)
