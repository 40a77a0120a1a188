"""What the marketplace has set for its carts, and the ports through which they ask others."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart import CartLine
from plaza.contexts.ordering.goods import Goods, OnSale
from plaza.contexts.ordering.pricing import Delivery, Tax, free_delivery, included_tax
from plaza.writing.unit_of_work import UnitOfWork


class HeldLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is reserved of a line."""

    line_id: UUID
    offer_id: UUID
    quantity: int


class Hold(Protocol):
    """Reserves what lies in a cart, for a while; called last in the command's transaction."""

    async def __call__(self, cart_id: UUID, lines: tuple[HeldLine, ...], work: UnitOfWork) -> None:
        """Hold these, and nothing else, for the cart."""
        ...


class Present(Protocol):
    """Makes sure, until the command's end, that an account is not erased; called first."""

    async def __call__(self, account_id: UUID, work: UnitOfWork) -> None:
        """Hold it.

        Raises:
            NotThere: it was erased meanwhile.
        """
        ...


class CartRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules by which carts are changed and shown.

    Attributes:
        currency: of carts for which none is named.
        lifetime: how long a cart lives after its last change.
        hold: set where carts reserve what lies in them.
        present: set where accounts can be erased.
    """

    goods: Goods
    currency: str
    lifetime: timedelta
    delivery: Delivery = free_delivery
    tax: Tax = included_tax
    hold: Hold | None = None
    present: Present | None = None

    async def on_sale(
        self, offer_ids: Sequence[UUID], cart_id: UUID, work: UnitOfWork
    ) -> Mapping[UUID, OnSale]:
        """The offers as they are now; what the cart itself holds is available to it."""
        connection = await work.connection()
        holder = None if self.hold is None else cart_id
        return await self.goods(connection, list(dict.fromkeys(offer_ids)), holder)


def what_can_be_held(
    lines: Sequence[CartLine], on_sale: Mapping[UUID, OnSale]
) -> tuple[HeldLine, ...]:
    """What a cart can reserve: as much of each line as is available, and nothing unbuyable."""
    held = []
    for line in lines:
        offer = on_sale.get(line.offer_id)
        if offer is None or not offer.is_buyable:
            continue
        quantity = line.quantity if offer.allows_backorder else min(line.quantity, offer.available)
        if quantity > 0:
            held.append(HeldLine(line_id=line.id, offer_id=line.offer_id, quantity=quantity))
    return tuple(held)
