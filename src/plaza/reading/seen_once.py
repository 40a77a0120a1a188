"""What was asked for before: only what is asked for twice is worth memory."""

SEEN_MAX = 20_000


class SeenOnce:
    """Two generations of digests, so that it is bounded and forgets what was long ago."""

    def __init__(self, seen_max: int = SEEN_MAX) -> None:
        self._seen_max = seen_max
        self._now: set[int] = set()
        self._before: set[int] = set()

    def is_known(self, key: str | bytes) -> bool:
        """Whether it was asked for before; from now on it was."""
        digest = hash(key)
        if digest in self._now:
            return True
        known = digest in self._before
        if len(self._now) >= self._seen_max:
            self._before, self._now = self._now, set()
        self._now.add(digest)
        return known
