"""Looks at the log now and then: what nobody waits for should not cost a look at every fact."""

import time

from plaza.projecting.posts import Following


class Unhurried:
    """Follows like another follower, which is asked again only some time after it found nothing."""

    def __init__(self, follower: Following, interval_s: float) -> None:
        self._follower = follower
        self._interval_s = interval_s
        self._found_nothing_at = float("-inf")
        self.shard = follower.shard

    @property
    def rest_s(self) -> float:
        return self._follower.rest_s

    async def advance(self) -> bool:
        """Go on, unless there was nothing a moment ago.

        Raises:
            Fenced: another follower is at the same fact; begin again from the stored step.
        """
        if time.monotonic() - self._found_nothing_at < self._interval_s:
            return False
        advanced = await self._follower.advance()
        if not advanced:
            self._found_nothing_at = time.monotonic()
        return advanced

    def forget(self) -> None:
        """Begin again from the stored step."""
        self._follower.forget()
