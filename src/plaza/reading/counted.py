"""What is counted of the near cache, with children that need no look-up."""

from prometheus_client import Counter, Gauge

COUNTED = Counter("plaza_near_cache", "What became of questions to the near cache.", ["result"])
HITS = COUNTED.labels("hit")
MISSES = COUNTED.labels("miss")
STALE = COUNTED.labels("stale")
REFRESHED = COUNTED.labels("refreshed")
DISCARDED = COUNTED.labels("discarded")
INVALIDATED = COUNTED.labels("invalidated")

SIZE = Gauge("plaza_near_cache_bytes", "What the near cache holds.")
ENTRIES = Gauge("plaza_near_cache_entries", "How many answers the near cache holds.")
