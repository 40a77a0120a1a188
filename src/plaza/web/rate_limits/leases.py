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

    __slots__ = ("_full_s", "_is_refusal", "_lapses_at", "_policy", "_room", "_said", "_units")

    def __init__(self, policy: RatePolicy, units: int, room: Room, lapses_at: float) -> None:
        self._policy = policy
        self._units = units
        self._room = room
        self._full_s = room.full_s
        self._lapses_at = lapses_at
        self._is_refusal = units == 0
        self._said = saying(policy, self._full_s)

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
    """The leases of one process; those that were taken the longest ago go first."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        # Not by last use, which costs each request more than all else that is done for it here.
        self._held: dict[Charge, Lease] = {}
        self._asking: dict[Charge, asyncio.Task[None]] = {}

    def at_once(self, charge: Charge) -> tuple[Header, Header] | None:
        """Take a unit of a lease that is held, and say what is left; None where none can be."""
        lease = self._held.get(charge)
        return None if lease is None else lease.spend_said()

    async def spend(self, charge: Charge) -> Left:
        """Take a unit of the client's lease, or of a new one."""
        while (lease := self._held.get(charge)) is None or (left := lease.spend()) is None:
            await self._ask(charge)
        return left

    async def _ask(self, charge: Charge) -> None:
        """Take a share; requests of the client that come meanwhile wait for the same one."""
        task = self._asking.get(charge)
        if task is None:
            task = self._asking[charge] = asyncio.create_task(self._take(charge))
        # A client that goes away must not take the share away from the others.
        await asyncio.shield(task)

    async def _take(self, charge: Charge) -> None:
        policy = charge.policy
        try:
            taken = await self._counting.take([charge], policy.lease_units)
        finally:
            # Before the task is done: waiting for one that is does not let go of the event loop,
            # and who finds its share spent already would wait for it again, for ever.
            self._asking.pop(charge, None)
        (room,) = taken.rooms
        lasts_s = policy.period_s if taken.granted else room.wait_us / MICROSECONDS
        self._held.pop(charge, None)
        if len(self._held) >= LEASES_MAX:
            del self._held[next(iter(self._held))]
        self._held[charge] = Lease(policy, taken.granted, room, time.monotonic() + lasts_s)
