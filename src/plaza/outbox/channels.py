"""Names in Redis: doorbells and what is pushed, each under the epoch of its log."""

from uuid import UUID

import msgspec


class Pushed(msgspec.Struct, frozen=True):
    """A watermark: what a follower publishes after a commit."""

    projection: str
    position: int


class Channels:
    """The names of one log, so that two marketplaces may share a server."""

    def __init__(self, epoch_id: UUID) -> None:
        self.prefix = f"plaza:{{{epoch_id.hex}}}"
        self.committed = f"{self.prefix}:committed"
        self.sequenced = f"{self.prefix}:sequenced"
        self.watermark = f"{self.prefix}:watermark"

    def last_command(self, principal: str) -> str:
        """The key of a caller's own last consistency token."""
        return f"{self.prefix}:last-command:{principal}"
