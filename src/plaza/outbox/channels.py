"""Names in Redis: doorbells and what is pushed, each under the epoch of its log."""

from uuid import UUID

import msgspec


class Pushed(msgspec.Struct, frozen=True):
    """Watermarks: what followers publish after their commits."""

    positions: dict[str, int]
    """How far each of them has come, by `watermark_name`."""


def watermark_name(projection: str, build: int, shard: int, shards: int) -> str:
    """Under which name a follower's progress is pushed: the projection's, where it has but one."""
    return projection if shards == 1 else f"{projection}/{build}/{shard}"


def everything(projection: str) -> str:
    """The tag that every answer made of a projection carries."""
    return f"{projection}:everything"


def shard_named(watermark: str) -> tuple[str, int, int] | None:
    """The projection, build and shard of a `watermark_name`; None where it names no shard."""
    projection, _, place = watermark.partition("/")
    build, _, shard = place.partition("/")
    return (projection, int(build), int(shard)) if place else None


class Channels:
    """The names of one log, so that two marketplaces may share a server."""

    def __init__(self, epoch_id: UUID) -> None:
        self.prefix = f"plaza:{{{epoch_id.hex}}}"
        self.committed = f"{self.prefix}:committed"
        self.sequenced = f"{self.prefix}:sequenced"
        self.watermark = f"{self.prefix}:watermark"
        self.builds = f"{self.prefix}:builds"
        # Rung by who has just begun to hear watermarks, and may have missed some.
        self.listening = f"{self.prefix}:listening"
        self.tags_prefix = f"{self.prefix}:tag:"
        # A random value that lasts as long as what Redis remembers of tags: whoever finds it
        # missing makes another, and what was copied under the one before is no longer good.
        self.incarnation = self.tag("incarnation")
        self.heartbeat = self.tag("heartbeat")

    def last_command(self, principal: str) -> str:
        """The key of a caller's own last consistency token."""
        return f"{self.prefix}:last-command:{principal}"

    def tag(self, name: str) -> str:
        """The key that holds the position of the last change of what a tag names."""
        return f"{self.tags_prefix}{name}"

    def copy(self, key: str) -> str:
        """The key of a served answer's copy."""
        return f"{self.prefix}:copy:{key}"
