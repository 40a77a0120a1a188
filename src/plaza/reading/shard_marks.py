"""How far a read model of several shards has come: as far as the one that is furthest behind."""

from collections.abc import Mapping

from plaza.outbox.channels import shard_named


class ShardMarks:
    """What the shards of live builds have pushed on the present connection."""

    def __init__(self) -> None:
        self._live: dict[str, tuple[int, int]] = {}
        self._pushed: dict[str, dict[int, int]] = {}

    def is_live(self, projection: str, build: int, shards: int) -> None:
        """Know which build's shards count, and how many they are."""
        if self._live.get(projection) != (build, shards):
            self._live[projection] = (build, shards)
            self._pushed.pop(projection, None)

    def least(self, pushed: Mapping[str, int]) -> dict[str, int]:
        """The positions that all shards have passed, by projection; none where one was silent."""
        least = {}
        for name, position in pushed.items():
            shard = shard_named(name)
            if shard is None:
                least[name] = position
                continue
            projection, build, number = shard
            live_build, shards = self._live.get(projection, (0, 0))
            if build != live_build:
                continue
            marks = self._pushed.setdefault(projection, {})
            marks[number] = max(position, marks.get(number, 0))
            if len(marks) == shards:
                least[projection] = min(marks.values())
        return least

    def forget(self) -> None:
        """The connection is lost: of each shard it is unknown what it told since."""
        self._pushed.clear()
