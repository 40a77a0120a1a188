"""A served answer as it is kept in a process's memory, with all forms in which it is sent."""

import msgspec

from plaza.reading.watermarks import Watermark

ENTRY_OVERHEAD_BYTES = 1000
"""What an entry's objects take beside its bytes, roughly; counted so that small ones count too."""
VARIANT_OVERHEAD_BYTES = 500
TAG_OVERHEAD_BYTES = 250


class Rendered(msgspec.Struct, frozen=True):
    """The bytes of a public read, and the tags of what they were made of."""

    body: bytes
    tags: tuple[str, ...]
    status: int = 200


class Variant(msgspec.Struct, frozen=True):
    """One encoding of an answer: its bytes, its strong ETag, and headers that are ready to send."""

    body: bytes
    etag: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Entry(msgspec.Struct, kw_only=True, eq=False):
    """An answer that may be kept.

    Attributes:
        at: position of the read model that the answer covers at least.
        mark: the read model's watermark, kept here to save the fast path a look-up.
        expires_at: by the monotonic clock.
        refreshes_at: from then on one reader has it made anew beside being answered.
        used_at: when it was last counted as asked for.
        is_kept: whether it is told of changes, and so covers what was pushed since.
        is_stale: PostgreSQL could not be asked: the answer goes out with `Plaza-Stale: true`.
        variants: by encoding; given by `NearCache.attach`, which counts their size.
        targets: raw request targets that were found to mean this entry.
    """

    key: str
    body: bytes
    tags: tuple[str, ...]
    status: int
    at: int
    mark: Watermark
    expires_at: float = 0.0
    refreshes_at: float = 0.0
    used_at: float = 0.0
    is_kept: bool = False
    is_stale: bool = False
    variants: dict[str, Variant] = msgspec.field(default_factory=dict)
    targets: set[bytes] = msgspec.field(default_factory=set)

    @property
    def size_bytes(self) -> int:
        """What keeping it takes."""
        variants = sum(
            len(variant.body) + VARIANT_OVERHEAD_BYTES for variant in self.variants.values()
        )
        tags = sum(map(len, self.tags)) + len(self.tags) * TAG_OVERHEAD_BYTES
        names = sum(map(len, self.targets)) + 2 * len(self.key)
        return ENTRY_OVERHEAD_BYTES + len(self.body) + variants + tags + names

    @property
    def covered(self) -> int:
        """The position that the answer covers, for Plaza-Position too."""
        return max(self.at, self.mark.pushed) if self.is_kept else self.at

    def let_go(self) -> None:
        """From now on it is not told of changes: it covers what it has covered until now."""
        self.at, self.is_kept = self.covered, False

    def stale(self) -> "Entry":
        """The same as it goes out while PostgreSQL is away."""
        return msgspec.structs.replace(self, at=self.covered, is_kept=False, is_stale=True)
