"""Shares of the shared buckets that a process holds, so that most reads ask nobody."""

import asyncio
import time

from cachetools import LRUCache

from plaza.kernel.rate_policies import RatePolicy
from plaza.web.rate_limits.buckets import MICROSECONDS, Charge, Room
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.headers import Left

LEASES_MAX = 50_000


class Lease:
    """Units of one client that nobody else can spend; without any, its refusal."""

    __slots__ = ("_full_s", "_is_refusal", "_lapses_at", "_policy", "_room", "_units")

    def __init__(self, policy: RatePolicy, units: int, room: Room, lapses_at: float) -> None:
        self._policy = policy
        self._units = units
        self._room = room
        self._full_s = room.full_s
        self._lapses_at = lapses_at
        self._is_refusal = units == 0

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


class Leases:
    """The leases of one process; those that were not used for the longest time go first."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._held: LRUCache[Charge, Lease] = LRUCache(LEASES_MAX)
        self._asking: dict[Charge, asyncio.Task[None]] = {}

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
            task.add_done_callback(lambda _: self._asking.pop(charge, None))
        # A client that goes away must not take the share away from the others.
        await asyncio.shield(task)

    async def _take(self, charge: Charge) -> None:
        policy = charge.policy
        taken = await self._counting.take([charge], policy.lease_units)
        (room,) = taken.rooms
        lasts_s = policy.period_s if taken.granted else room.wait_us / MICROSECONDS
        self._held[charge] = Lease(policy, taken.granted, room, time.monotonic() + lasts_s)
