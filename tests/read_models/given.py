"""Facts as a projection gets them, and the rows that follow from them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from polyfactory.factories.base import BaseFactory
from polyfactory.factories.msgspec_factory import MsgspecFactory

from plaza.contexts.ordering.events import OrderedLine
from plaza.kernel.event import Event, Fact
from plaza.projecting.projection import Document, Projection, Remembered, fold

E = TypeVar("E", bound=msgspec.Struct)

VERSIONS = count(1)


def an_event(kind: type[E], **fields: Any) -> E:
    """An event of that type, later than those before; what is not named is made up."""
    made: E = _factory(kind).build(**{"version": next(VERSIONS), **fields})
    return made


def an_ordered_line(**fields: Any) -> OrderedLine:
    """A line of an order; what is not named is made up."""
    made: OrderedLine = _factory(OrderedLine).build(**fields)
    return made


@cache
def _factory(kind: type[E]) -> type[BaseFactory[E]]:
    return MsgspecFactory.create_factory(kind)


@dataclass
class Given:
    """Facts in their order."""

    facts: list[tuple[Event, Fact]]

    def shows(self, projection: Projection) -> dict[str, list[Any]]:
        """The rows of each of its tables, every fact delivered twice."""
        return {d.table: list(self._rows(d)) for d in projection.documents}

    def told(self, projection: Projection) -> list[Fact]:
        """The facts that the projection asks for, as they are read from the log."""
        return [fact for _, fact in self.facts if fact.type in projection.events()]

    def _rows(self, document: Document[Any]) -> Iterable[msgspec.Struct]:
        held: dict[UUID, Remembered[Any]] = {}
        for event, fact in self.facts:
            if type(event) in document.on:
                key = getattr(event, document.key)
                for _ in range(2):
                    held[key] = fold(document, held.get(key), event, fact)
        for key, remembered in held.items():
            yield from document.rows(key, remembered.parts)


def given(*events: Event) -> Given:
    """The events as facts, in positions from 1."""
    ordinals: Counter[tuple[UUID, int]] = Counter()
    facts = []
    for position, event in enumerate(events, 1):
        place = (event.aggregate_id, event.version)
        facts.append((event, a_fact(event, position, ordinals[place])))
        ordinals[place] += 1
    return Given(facts)


def a_fact(event: Event, position: int, ordinal: int = 0) -> Fact:
    return Fact(
        position=position,
        id=position,
        event_id=uuid4(),
        type=event.type(),
        aggregate_type=event.AGGREGATE,
        aggregate_id=event.aggregate_id,
        version=event.version,
        ordinal=ordinal,
        vendor_id=getattr(event, "vendor_id", None),
        account_id=getattr(event, "account_id", None),
        actor="system:tests",
        command="Tell",
        correlation_id=uuid4(),
        causation_id=None,
        created_at=datetime.now(UTC),
        payload=msgspec.Raw(msgspec.json.encode(event)),
    )
