"""The arithmetic of buckets (GCRA as the continuous-state leaky bucket of ITU-T I.371), exact.

A level is what is missing from a full bucket, in microseconds times the quota: a request raises it
by the period, a microsecond lowers it by the quota. All of it are integers.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from plaza.kernel.rate_policies import RatePolicy

MICROSECONDS = 1_000_000


class Charge(NamedTuple):
    """A request that is counted: under which policy, and whose."""

    policy: RatePolicy
    subject: str


class Held(NamedTuple):
    """A bucket as it was left."""

    level: int = 0
    at_us: int = 0


class Room(NamedTuple):
    """What a bucket has left."""

    remaining: int
    wait_us: int
    """Until there is one more, where nothing is left."""
    full_us: int
    """Until nothing is missing."""

    @property
    def retry_after_s(self) -> int:
        return max(1, math.ceil(self.wait_us / MICROSECONDS))

    @property
    def full_s(self) -> int:
        return math.ceil(self.full_us / MICROSECONDS)


class Taken(NamedTuple):
    granted: int
    at_us: int
    """The clock that it was judged by."""
    rooms: list[Room]
    """Of each bucket, afterwards."""


def take(
    policies: Sequence[RatePolicy], held: Sequence[Held], now_us: int, wanted: int
) -> tuple[list[Held], Taken]:
    """Take as much as is wanted and all of the buckets have.

    Returns:
        The buckets as they are now, and what was taken.
    """
    pairs = list(zip(policies, held, strict=True))
    levels = [_level_at(now_us, policy, bucket) for policy, bucket in pairs]
    granted = max(0, min(wanted, *map(_units_in, policies, levels)))
    raised = [
        level + granted * policy.period_us for policy, level in zip(policies, levels, strict=True)
    ]
    return (
        [Held(level, now_us) for level in raised],
        Taken(granted, now_us, list(map(_room_of, policies, raised))),
    )


def _level_at(now_us: int, policy: RatePolicy, held: Held) -> int:
    # A clock that was set back lets nothing run out, and goes on from where it is.
    return max(0, held.level - max(0, now_us - held.at_us) * policy.quota)


def _units_in(policy: RatePolicy, level: int) -> int:
    return (policy.burst * policy.period_us - level) // policy.period_us


def _room_of(policy: RatePolicy, level: int) -> Room:
    missing = level - (policy.burst - 1) * policy.period_us
    return Room(
        remaining=max(0, _units_in(policy, level)),
        wait_us=-(-max(0, missing) // policy.quota),
        full_us=-(-level // policy.quota),
    )
