"""Facts: what an aggregate says has happened, and the envelope it travels in."""

from datetime import datetime
from functools import cache
from typing import ClassVar, TypeVar
from uuid import UUID

import msgspec

SAID = "said"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has happened to one aggregate.

    A subclass names its type as the struct's tag, `<context>.<noun>_<past>.v<n>`, and its
    aggregate as `AGGREGATE`; it carries `<aggregate>_id` and the aggregate's `version` after the
    change, and every id that its readers key by.
    """

    AGGREGATE: ClassVar[str]

    version: int

    @classmethod
    def type(cls) -> str:
        """The tag under which the event is stored, for ever."""
        return str(cls.__struct_config__.tag)

    @classmethod
    def schema_version(cls) -> int:
        """The number behind the type's last `.v`."""
        return int(cls.type().rpartition(".v")[2])

    @property
    def aggregate_id(self) -> UUID:
        aggregate_id: UUID = getattr(self, f"{self.AGGREGATE}_id")
        return aggregate_id


E = TypeVar("E", bound=Event)


class Fact(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An event in its place in the log."""

    position: int
    """Gap-free, in an order that every reader sees alike."""
    id: int
    event_id: UUID
    type: str
    aggregate_type: str
    aggregate_id: UUID
    version: int
    ordinal: int
    """Which of the events of one aggregate version this is, from 0."""
    vendor_id: UUID | None
    account_id: UUID | None
    actor: str
    command: str
    correlation_id: UUID
    causation_id: UUID | None
    created_at: datetime
    payload: msgspec.Raw
    """The event as JSON; `type` inside it repeats the tag."""


def said_by(fact: Fact, kind: type[E]) -> E:
    """The event, which all who follow the log share: nobody may change what it holds.

    Raises:
        msgspec.MsgspecError: the fact does not say what its type says.
    """
    said = vars(fact).get(SAID)
    if not isinstance(said, kind):
        # Taken apart once: a fact interests up to seven read models.
        said = vars(fact)[SAID] = _decoder(kind).decode(fact.payload)
    return said


@cache
def _decoder(kind: type[E]) -> msgspec.json.Decoder[E]:
    return msgspec.json.Decoder(kind)
