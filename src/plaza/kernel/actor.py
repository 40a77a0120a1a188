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

    A vendor's rows, an account's rows, or (operators, processes, projector) the whole market.
    Nothing set means that no owned row is visible.

    Attributes:
        cart_id: the cart, and nothing else, that its secret has opened.
        order_id: the order, and nothing else, that its secret has opened or that is being made.
        checkout: for shoppers beside their cart and order: what is offered, and its stock.
    """

    vendor_id: UUID | None = None
    account_id: UUID | None = None
    market: bool = False
    cart_id: UUID | None = None
    order_id: UUID | None = None
    checkout: bool = False

    def settings(self) -> dict[str, str]:
        """The surface as the settings of a transaction that policies read."""
        return {
            "vendor_id": str(self.vendor_id or ""),
            "account_id": str(self.account_id or ""),
            "cart_id": str(self.cart_id or ""),
            "order_id": str(self.order_id or ""),
            "scope": "market" if self.market else "checkout" if self.checkout else "",
        }


ANONYMOUS = Actor(kind="anonymous")
SYSTEM = Actor(kind="system", name="plaza")
NO_ROWS = Surface()
MARKET = Surface(market=True)


def process_actor(name: str) -> Actor:
    """The actor as which a process runs its commands."""
    return Actor(kind="process", name=name)
