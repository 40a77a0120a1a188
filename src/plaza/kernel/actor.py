"""Who asks for something, and whose rows a command may touch."""

from typing import Literal
from uuid import UUID

import msgspec

ActorKind = Literal["anonymous", "account", "api_key", "process", "system"]


class Actor(msgspec.Struct, frozen=True):
    """Who asks."""

    kind: ActorKind
    id: UUID | None = None
    name: str | None = None
    """What a process or an anonymous caller is called."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or self.name or ''}".rstrip(":")


class Surface(msgspec.Struct, frozen=True):
    """Whose rows may be seen and written; row-level security holds a command to it.

    At most one field is set: a vendor's rows, an account's rows, or (operators, processes,
    projector, checkout) the whole market. Nothing set means that no owned row is visible.
    """

    vendor_id: UUID | None = None
    account_id: UUID | None = None
    market: bool = False


ANONYMOUS = Actor(kind="anonymous")
SYSTEM = Actor(kind="system", name="plaza")
NO_ROWS = Surface()
MARKET = Surface(market=True)


def process_actor(name: str) -> Actor:
    """The actor as which a process runs its commands."""
    return Actor(kind="process", name=name)
