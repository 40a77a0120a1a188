"""Names in Redis: doorbells and what is pushed, each under the epoch of its log."""

from uuid import UUID

import msgspec


class Pushed(msgspec.Struct, frozen=True):
    """Watermarks: what followers publish after their commits."""

    positions: dict[str, int]
    """How far each of them has come, by projection."""


def everything(projection: str) -> str:
    """The tag that every answer made of a projection carries."""
    return f"{projection}:everything"


class Channels:
    """The names of one log, so that two marketplaces may share a server."""

    def __init__(self, epoch_id: UUID) -> None:
        self.prefix = f"plaza:{{{epoch_id.hex}}}"
        self.committed = f"{self.prefix}:committed"
        self.sequenced = f"{self.prefix}:sequenced"
        self.watermark = f"{self.prefix}:watermark"
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
