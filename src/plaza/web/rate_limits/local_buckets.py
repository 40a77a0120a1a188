"""Buckets of one process, for as long as Redis does not answer."""

import time
from collections.abc import Sequence

from cachetools import LRUCache

from plaza.web.rate_limits.buckets import Charge, Held, Taken, take

BUCKETS_MAX = 50_000
EMPTY = Held()


class LocalBuckets:
    """What this process has seen; strict policies allow a share only."""

    def __init__(self) -> None:
        self._held: LRUCache[tuple[str, str], Held] = LRUCache(BUCKETS_MAX)

    def take(self, charges: Sequence[Charge], wanted: int = 1) -> Taken:
        """Take as much as is wanted and all of the buckets have."""
        keys = [(policy.name, subject) for policy, subject in charges]
        policies = [policy.without_redis() for policy, _ in charges]
        now_us = time.monotonic_ns() // 1000
        held = [self._held.get(key, EMPTY) for key in keys]
        left, taken = take(policies, held, now_us, wanted)
        if taken.granted:
            self._held.update(zip(keys, left, strict=True))
        return taken
