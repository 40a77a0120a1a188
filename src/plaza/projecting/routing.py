"""Which part of a build one of its shards is for.

Each document has one shard that writes it, by the key that its facts name it with: two followers
that fold into the same document would each lose what the other one remembered. A fact that concerns
documents of several shards is applied in each of them.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event, Fact
from plaza.outbox.read import Stretch
from plaza.outbox.window import ReadStretch
from plaza.projecting.projection import Projection


class Part(msgspec.Struct, frozen=True):
    """One shard's documents among those of all shards."""

    shard: int = 0
    shards: int = 1

    def keeps(self, key: UUID) -> bool:
        """Whether a document is written in this shard."""
        return self.shards == 1 or key.int % self.shards == self.shard


WHOLE = Part()


def reading(read: ReadStretch, projection: Projection, part: Part) -> ReadStretch:
    """Reads what concerns the part; all shards read the whole log."""
    if part.shards == 1:
        return read
    is_for = _is_for(projection, part)

    async def read_part(
        connection: asyncpg.Connection, after: int, limit: int, types: Sequence[str] | None
    ) -> Stretch:
        stretch = await read(connection, after, limit, types)
        return msgspec.structs.replace(stretch, facts=[f for f in stretch.facts if is_for(f)])

    return read_part


def _is_for(projection: Projection, part: Part) -> Callable[[Fact], bool]:
    keys = {name: _keys_of(projection, event) for name, event in projection.events().items()}

    def is_for(fact: Fact) -> bool:
        named = keys.get(fact.type)
        try:
            # Whatever cannot be understood is for everybody, to be parked where it belongs.
            return named is None or any(map(part.keeps, named.decode(fact.payload)))
        except msgspec.MsgspecError:
            return True

    return is_for


class _Keys:
    """The keys of the documents that facts of one type concern, read without the rest of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._decoder = msgspec.json.Decoder(
            msgspec.defstruct("Keys", [(name, UUID) for name in names])
        )

    def decode(self, payload: msgspec.Raw) -> list[UUID]:
        keys = self._decoder.decode(payload)
        return [getattr(keys, name) for name in self._names]


def _keys_of(projection: Projection, event: type[Event]) -> _Keys:
    documents = (document for document in projection.documents if event in document.on)
    return _Keys(sorted({document.key for document in documents}))
