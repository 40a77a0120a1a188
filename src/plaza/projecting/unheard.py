"""Followers of builds that nobody reads: what they commit is told to nobody."""

from collections.abc import Collection


class Unheard:
    """Takes the place of who tells Redis."""

    copied = 0
    is_heard = True
    """Nobody waits for them."""

    def took_over(self, copied: int) -> None:
        """Nobody is told of what another follower wrote, either."""

    def committed(self, tags: Collection[str], upto: int) -> None:
        """Nor of what was written now."""

    def changed(self, tags: Collection[str]) -> None:
        """Nor of what was written without a fact."""
