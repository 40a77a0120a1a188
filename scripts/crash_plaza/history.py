"""What clients asked for and were told, as they noted it, and what the log holds in the end.

Everything is about *marks*: of a subject (a product, an offer, a cart) an aspect (its title, its
price) has a mark (the very title). Marks of titles, prices and movements of stock are never used
twice, so that a mark tells by which command it came.
"""

from typing import Literal, NamedTuple

import msgspec

Outcome = Literal["acknowledged", "refused", "unknown"]


class Mark(NamedTuple):
    """What an aspect of a subject became, or was shown to be."""

    subject: str
    aspect: str
    text: str


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One command, however often it was repeated under its key.

    Attributes:
        outcome: unknown where its client gave up before there was an answer.
        event: the last event that its consistency token names.
        told: how it was refused.
    """

    client: str
    mark: Mark
    asked_s: float
    answered_s: float
    outcome: Outcome
    event: int | None = None
    told: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer showed of one aspect.

    Attributes:
        view: the read model that answered.
        covers: the event that the answer had to cover, where its client named a token, or is known.
        is_implied: whether the client relied on plaza to know its last command.
        covers_since_s: when the command of that event was asked for.
        is_stale: whether the answer said that it may be.
    """

    client: str
    view: str
    mark: Mark
    asked_s: float
    answered_s: float
    covers: int | None = None
    is_implied: bool = False
    covers_since_s: float = 0.0
    is_stale: bool = False


class Outage(msgspec.Struct, frozen=True):
    """A time in which something was troubled."""

    what: str
    began_s: float
    ended_s: float


class LogEntry(msgspec.Struct, frozen=True):
    """A fact of the log, with the marks that it sets."""

    position: int
    id: int
    aggregate: str
    version: int
    ordinal: int
    marks: tuple[Mark, ...] = ()


class History(msgspec.Struct):
    """What a run has noted; reads of a client stand in the order in which it asked."""

    writes: list[Write] = []
    reads: list[Read] = []
    outages: list[Outage] = []
    surprises: list[str] = []
    """Answers that nobody should get."""
    unavailable: int = 0
    """Answers that said 503."""
