"""Whether a log kept its word."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from plaza.kernel.event import Fact
from soaking.writers import Known


class Verdict(msgspec.Struct, frozen=True):
    """How many events a reader saw, and how many of them not as it should have."""

    events: int
    lost: int
    """Committed, and never seen."""
    duplicated: int
    """Seen again."""
    inverted: int
    """Seen behind a later event of the same aggregate."""
    holes: int
    """Positions passed over."""
    undone: int
    """Seen, though rolled back."""

    @property
    def is_clean(self) -> bool:
        return (self.lost, self.duplicated, self.inverted, self.holes, self.undone) == (0,) * 5


def verdict(known: Known, seen: Sequence[Fact]) -> Verdict:
    """Compare what writers know with what a reader saw, in the order in which it did."""
    ids = {fact.id for fact in seen}
    positions = {fact.position for fact in seen}
    return Verdict(
        events=len(seen),
        lost=len(known.commit_sent_at.keys() - ids),
        duplicated=len(seen) - min(len(ids), len(positions)),
        inverted=_inverted(seen),
        holes=max(positions, default=0) - len(positions),
        undone=len(known.undone & ids),
    )


def _inverted(seen: Sequence[Fact]) -> int:
    latest: dict[UUID, tuple[int, int]] = {}
    inverted = 0
    for fact in seen:
        place = (fact.version, fact.ordinal)
        if place <= latest.get(fact.aggregate_id, (0, 0)):
            inverted += 1
        latest[fact.aggregate_id] = place
    return inverted
