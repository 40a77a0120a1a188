"""The answers that a process has in memory: bounded by bytes, found by key, by target, by tag."""

from collections.abc import Sequence

from cachetools import LRUCache

from plaza.reading.entry import Entry

TARGETS_PER_ENTRY_MAX = 8
TARGET_LENGTH_MAX = 1024
SHARE_OF_ONE = 8
"""No answer may take more than this part of the whole."""


class Kept:
    """The answers that were not asked for for the longest time go first."""

    def __init__(self, size_bytes: int) -> None:
        self._entries = Entries(size_bytes)
        self._entry_size_max = size_bytes // SHARE_OF_ONE

    @property
    def size_bytes(self) -> int:
        return int(self._entries.currsize)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> Entry | None:
        """The entry of a question; this counts as a use of it."""
        return self._entries.get(key)

    def find_target(self, target: bytes) -> Entry | None:
        """The entry of a raw request target; unlike `find`, this does not count as a use."""
        return self._entries.by_target.get(target)

    def put(self, entry: Entry) -> bool:
        """Keep an entry in the place of the one with its key; whether there is room for it."""
        self._entries.pop(entry.key, None)
        if entry.size_bytes > self._entry_size_max:
            return False
        self._entries[entry.key] = entry
        return True

    def name(self, target: bytes, key: str) -> None:
        """Let a target mean the entry of a question, while that is kept."""
        entry = self._entries.get(key)
        if entry is None or len(target) > TARGET_LENGTH_MAX or target in entry.targets:
            return
        # What anybody may add to a target makes it longer: the plain one always finds a place.
        longest = max(entry.targets, key=len, default=b"")
        is_full = len(entry.targets) >= TARGETS_PER_ENTRY_MAX
        if is_full and len(longest) <= len(target):
            return
        self._entries.pop(key)
        if is_full:
            entry.targets.remove(longest)
        entry.targets.add(target)
        self._entries[key] = entry

    def resize(self, entry: Entry) -> None:
        """Count an entry anew that has grown, if it or what shares its forms is still kept."""
        held = self._entries.get(entry.key)
        if held is not None and held.variants is entry.variants:
            self.put(held)

    def drop(self, tags: Sequence[str]) -> int:
        """Forget what carries one of these; how many that were."""
        keys = {key for tag in tags for key in self._entries.by_tag.get(tag, ())}
        for key in keys:
            self._entries.pop(key)
        return len(keys)

    def clear(self) -> None:
        self._entries.clear()


class Entries(LRUCache[str, Entry]):
    """The entries by key, and what else leads to them; it goes with them, whatever removes them."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(size_bytes, getsizeof=_size_of)
        self.by_tag: dict[str, set[str]] = {}
        self.by_target: dict[bytes, Entry] = {}

    def __setitem__(self, key: str, entry: Entry) -> None:
        assert key not in self, "what led to the entry before would lead nowhere"
        super().__setitem__(key, entry)
        entry.is_kept = True
        for tag in entry.tags:
            self.by_tag.setdefault(tag, set()).add(key)
        for target in entry.targets:
            self.by_target[target] = entry

    def __delitem__(self, key: str) -> None:
        entry = self[key]
        super().__delitem__(key)
        entry.let_go()
        for tag in entry.tags:
            keys = self.by_tag.get(tag, set())
            keys.discard(key)
            if not keys:
                self.by_tag.pop(tag, None)
        for target in entry.targets:
            if self.by_target.get(target) is entry:
                del self.by_target[target]

    def clear(self) -> None:
        for entry in self.values():
            entry.let_go()
        super().clear()
        self.by_tag.clear()
        self.by_target.clear()


def _size_of(entry: Entry) -> int:
    return entry.size_bytes
