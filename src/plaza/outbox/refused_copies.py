"""How often Redis refused what came too late."""

from prometheus_client import Counter

REFUSED_COPIES = Counter(
    "plaza_copies_refused", "Writes that Redis refused because it held something newer", ["of"]
)
