"""Shares of the shared buckets that a process holds, so that most reads ask nobody."""

import asyncio
import time

from plaza.kernel.rate_policies import RatePolicy
from plaza.web.rate_limits.buckets import MICROSECONDS, Charge, Room
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.headers import Header, Left, saying

LEASES_MAX = 50_000


class Lease:
    """Units of one client that nobody else can spend; without any, its refusal."""

    __slots__ = (
        "_full_s",
        "_is_refusal",
        "_lapses_at",
        "_policy",
        "_renewed_at",
        "_room",
        "_said",
        "_units",
    )

    def __init__(
        self, policy: RatePolicy, units: int, room: Room, lapses_at: float, *, is_whole: bool
    ) -> None:
        self._policy = policy
        self._units = units
        self._room = room
        self._full_s = room.full_s
        self._lapses_at = lapses_at
        self._is_refusal = units == 0
        # What is left of a bucket that has given less than it was asked for is spent as it is.
        self._renewed_at = policy.renewed_at if is_whole else 0
        self._said = saying(policy, self._full_s)

    @property
    def rest(self) -> int:
        """Units that can still be spent."""
        return self._units if time.monotonic() < self._lapses_at else 0

    def is_to_be_renewed(self) -> bool:
        """Whether it is time to ask for more; said once."""
        if self._units > self._renewed_at or not self._renewed_at:
            return False
        self._renewed_at = 0
        return True

    def spend(self) -> Left | None:
        """Take a unit, or be refused; None where another lease is to be asked for."""
        if time.monotonic() >= self._lapses_at:
            return None
        if self._units:
            self._units -= 1
            return Left(self._policy, self._units + self._room.remaining, self._full_s)
        if self._is_refusal:
            return Left(self._policy, 0, self._room.retry_after_s, is_refused=True)
        return None

    def spend_said(self) -> tuple[Header, Header] | None:
        """Take a unit, and say what is left; None where it is not as simple as that."""
        if not self._units or time.monotonic() >= self._lapses_at:
            return None
        self._units -= 1
        return self._said(self._units + self._room.remaining)


class Leases:
    """The leases of one process; those that were taken the longest ago go first.

    Who spends a large one fast gets the next before it is spent: else as many requests as are on
    their way would wait at each hundredth, and go the slow way.
    """

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        # Not by last use, which costs each request more than all else that is done for it here.
        self._held: dict[Charge, Lease] = {}
        self._asking: dict[Charge, asyncio.Task[None]] = {}

    def at_once(self, charge: Charge) -> tuple[Header, Header] | None:
        """Take a unit of a lease that is held, and say what is left; None where none can be."""
        lease = self._held.get(charge)
        if lease is None:
            return None
        said = lease.spend_said()
        if said is not None and lease.is_to_be_renewed():
            self._begin_to_ask(charge)
        return said

    async def spend(self, charge: Charge) -> Left:
        """Take a unit of the client's lease, or of a new one."""
        while (lease := self._held.get(charge)) is None or (left := lease.spend()) is None:
            # A client that goes away must not take the share away from the others.
            await asyncio.shield(self._begin_to_ask(charge))
        if lease.is_to_be_renewed():
            self._begin_to_ask(charge)
        return left

    def _begin_to_ask(self, charge: Charge) -> asyncio.Task[None]:
        """Take a share; requests of the client that come meanwhile wait for the same one."""
        task = self._asking.get(charge)
        if task is None:
            task = self._asking[charge] = asyncio.create_task(self._take(charge))
        return task

    async def _take(self, charge: Charge) -> None:
        policy = charge.policy
        try:
            taken = await self._counting.take([charge], policy.lease_units)
        finally:
            # Before the task is done: waiting for one that is does not let go of the event loop,
            # and who finds its share spent already would wait for it again, for ever.
            self._asking.pop(charge, None)
        (room,) = taken.rooms
        before = self._held.pop(charge, None)
        units = taken.granted + (0 if before is None else before.rest)
        lasts_s = policy.period_s if units else room.wait_us / MICROSECONDS
        if len(self._held) >= LEASES_MAX:
            del self._held[next(iter(self._held))]
        is_whole = taken.granted == policy.lease_units
        lapses_at = time.monotonic() + lasts_s
        self._held[charge] = Lease(policy, units, room, lapses_at, is_whole=is_whole)
