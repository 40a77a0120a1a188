"""What a projection says: which facts change which documents, and what rows a document gives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from plaza.kernel.event import Event, Fact

P = TypeVar("P", bound=msgspec.Struct)

Fold = Callable[[Any, Any], None]
"""Changes the parts of one document by one event. Pure: it reads nothing but its arguments."""

Tags = Callable[[UUID, Mapping[str, Any]], Iterable[str]]
"""What names the answers that a row of a document is part of, by its key and some columns."""


class Document(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """One table of a read model and how its rows come about.

    A document is folded from the facts of several aggregates. Its parts keep what each of them
    said; what is shown is derived from the parts when the row is written.
    """

    table: str
    """The table's name, without schema, version and build."""
    key: str
    """The field of every event that names the document, and the table's key column."""
    parts: type[P]
    """What is remembered of a document; made without arguments for the first fact."""
    on: Mapping[type[Event], Fold]
    rows: Callable[[UUID, P], Sequence[msgspec.Struct]]
    """The rows shown, with the table's columns as fields; none where nothing is to be shown."""
    identity: tuple[str, ...] = ()
    """Columns that tell the rows of one document apart, beside the key."""
    is_told_once: bool = False
    """Whether one fact tells all of a document: then nothing is remembered of it."""
    tags: Tags | None = None
    """The tags that a changed row touches; none where no answer of it is kept."""
    tagged_by: tuple[str, ...] = ()
    """The columns that the tags are made of, as the row has them and as it had them before."""
    place_tags: Tags | None = None
    """Further tags that a row touches when it comes, goes, or has another place: of pages that
    depend on the order of the rows, also without showing this one."""
    placed_by: tuple[str, ...] = ()
    """The columns that say which lists a row is in, and where; its place tags are made of them."""


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """A read model's subscriptions."""

    name: str
    schema_version: int
    documents: tuple[Document[Any], ...]
    derived: tuple[str, ...] = ()
    """Further tables of its DDL, which triggers on those of its documents keep."""

    rest_ratio: int = 1
    """How long to wait between two batches, in multiples of what the first took: more than 1 where
    nobody looks at the very moment."""

    rest_s_max: float = 0.2
    """The longest wait between two batches: shorter where people look at what they just did."""

    shards: int = 1
    """Into how many parts a new build is split by its documents' keys, each with a follower of its
    own. They go along the log at different paces: rows of different documents must then not depend
    on each other, neither by a unique column nor by a trigger, and no sorted sets be made of them.
    """

    def __post_init__(self) -> None:
        if self.shards > 1 and self.derived:
            raise ValueError(f"{self.name} has derived tables, which several shards would write.")

    def events(self) -> dict[str, type[Event]]:
        """The types of event that change it."""
        return {event.type(): event for document in self.documents for event in document.on}

    @property
    def is_tagged(self) -> bool:
        """Whether answers of it are kept, so that what changes must be told in Redis."""
        return any(document.tags is not None for document in self.documents)

    def table_sql(self) -> str:
        """The DDL of its tables; `${build}` in it stands for a build's number."""
        return files(f"plaza.read_models.{self.name}").joinpath("table.sql").read_text()


class Remembered(msgspec.Struct, Generic[P]):
    """A document's parts, and of each source aggregate the last change that they hold."""

    parts: P
    seen: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    """By the aggregate's type and id: aggregates of two types may share an id."""

    def takes(self, fact: Fact) -> bool:
        """Note the fact, if it is later than what is held of its aggregate; whether it is."""
        source, place = f"{fact.aggregate_type}/{fact.aggregate_id}", (fact.version, fact.ordinal)
        if place <= self.seen.get(source, (0, -1)):
            return False
        self.seen[source] = place
        return True


def fold(
    document: Document[P], remembered: Remembered[P] | None, event: Event, fact: Fact
) -> Remembered[P]:
    """Fold a fact into a document; one that was folded before changes nothing."""
    remembered = remembered or Remembered(parts=document.parts())
    if remembered.takes(fact):
        document.on[type(event)](remembered.parts, event)
    return remembered
