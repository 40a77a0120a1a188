"""Which tags a process has been told are invalid, and after which message."""

from collections.abc import Iterable

REMEMBERED_MAX = 20_000
"""Enough for longer than any fill takes; a tag that was forgotten counts as just named."""


class Invalidations:
    """Numbers the messages, and remembers of each tag which one named it last.

    Attributes:
        sequence: the number of messages so far; noted before what may be kept is asked for.
    """

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._last: dict[str, int] = {}
        self._remembered_max = remembered_max
        self._floor = 0
        self.sequence = 0

    def tell(self, tags: Iterable[str]) -> None:
        """A message named these."""
        self.sequence += 1
        for tag in tags:
            # Taken out first, so that the one that was named longest ago stands at the beginning.
            self._last.pop(tag, None)
            self._last[tag] = self.sequence
        while len(self._last) > self._remembered_max:
            oldest = next(iter(self._last))
            self._floor = self._last.pop(oldest)

    def tell_all(self) -> None:
        """A message named everything."""
        self.sequence += 1
        self._floor = self.sequence
        self._last.clear()

    def came_after(self, sequence: int, tags: Iterable[str], until: int | None = None) -> bool:
        """Whether any of the tags was named, as far as is remembered, after a message.

        Args:
            sequence: the message.
            tags: what something was made of.
            until: later messages do not count.
        """
        if self.sequence == sequence:
            return False
        if self._floor > sequence:
            return True
        last = self._last
        if until is None:
            return any(last.get(tag, 0) > sequence for tag in tags)
        # Only the last time is remembered: one that was named since then as well counts too.
        return until > sequence and any(last.get(tag, 0) > sequence for tag in tags)
