"""Where a charge is counted: with the other processes, or here while that cannot be."""

from collections.abc import Sequence

from plaza.outbox.breaker import Breaker
from plaza.web.rate_limits.buckets import Charge, Taken
from plaza.web.rate_limits.local_buckets import LocalBuckets
from plaza.web.rate_limits.shared_buckets import SharedBuckets


class Counting:
    """Counts in Redis, within its budget; otherwise in this process."""

    def __init__(self, shared: SharedBuckets, breaker: Breaker) -> None:
        self._shared = shared
        self._breaker = breaker
        self._local = LocalBuckets()

    async def take(self, charges: Sequence[Charge], wanted: int = 1) -> Taken:
        """Take as much as is wanted and all of the buckets have."""
        taken = await self._breaker.ask(lambda: self._shared.take(charges, wanted))
        return self._local.take(charges, wanted) if taken is None else taken
