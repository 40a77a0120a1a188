"""Which documents a fact concerns, also where this version does not understand the fact."""

from typing import Any
from uuid import UUID

import msgspec

from plaza.kernel.event import Fact
from plaza.projecting.batch import BuildTables, Told
from plaza.projecting.known_types import known_types
from plaza.projecting.parked import Key
from plaza.projecting.projection import Document, Projection


class NotUnderstood(Exception):  # noqa: N818  it parks a document, and passes with an update
    """A fact of a type that a newer version of plaza has left."""


class Subscriptions:
    """What a projection hears of, and what it ought to hear of.

    A fact of an unknown type concerns the documents that others of its aggregate's facts change:
    a newer version may change them by it, so that they wait until that version is here.
    """

    def __init__(self, projection: Projection) -> None:
        self._types = frozenset(projection.events())
        self.known = frozenset(known_types()) | self._types
        self._types_of = {
            document.table: frozenset(event.type() for event in document.on)
            for document in projection.documents
        }
        self._aggregates_of = {
            document.table: frozenset(event.AGGREGATE for event in document.on)
            for document in projection.documents
        }

    def covers(self, facts: list[Fact]) -> bool:
        """Whether all of them are the projection's own."""
        return all(fact.type in self._types for fact in facts)

    def concerns(self, document: Document[Any], fact: Fact) -> bool:
        if fact.type in self.known:
            return fact.type in self._types_of[document.table]
        return fact.aggregate_type in self._aggregates_of[document.table]

    def told(self, tables: BuildTables, fact: Fact) -> Told:
        """The fact with what it says.

        Raises:
            NotUnderstood: it is of a type that this version does not know.
            msgspec.MsgspecError: it does not say what its type says.
        """
        if fact.type not in self.known:
            raise NotUnderstood(f"This version of plaza does not know {fact.type}: update it.")
        return tables.told(fact)

    def key_in(self, document: Document[Any], fact: Fact) -> Key:
        """The document that a fact names, though it cannot be understood.

        Where it names none, its aggregate stands for it: the facts of that one wait behind it.
        """
        named = named_in(fact, document)
        key = fact.aggregate_id if named is None else named
        return Key(document.table, UUID(int=key.int))


def named_in(fact: Fact, document: Document[Any]) -> UUID | None:
    """The key that a fact names, though it does not say all that its type says."""
    try:
        payload = msgspec.json.decode(fact.payload, type=dict[str, Any])
        return UUID(payload[document.key])
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError):
        return None
