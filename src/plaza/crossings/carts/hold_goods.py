"""Where the marketplace has set so, carts reserve their lines for a while, anew by each command."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.reserve_stock import (
    Demand,
    InsufficientStock,
    ReserveStock,
    reserve_stock,
)
from plaza.contexts.ordering.cart_rules import HeldLine
from plaza.writing.failures import RunAnew
from plaza.writing.unit_of_work import UnitOfWork


class HoldGoods(msgspec.Struct, frozen=True, kw_only=True):
    """All that a cart shall hold from now on."""

    cart_id: UUID
    lines: tuple[HeldLine, ...]
    expires_at: datetime


async def hold_goods(command: HoldGoods, work: UnitOfWork) -> None:
    """Reserve it, or what is left of it, in place of what the cart held before."""
    demands = tuple(_demand(line) for line in command.lines)
    reserving = ReserveStock(
        order_id=None,
        cart_id=command.cart_id,
        demands=demands,
        expires_at=command.expires_at,
        takes_over_cart=command.cart_id,
    )
    try:
        await reserve_stock(reserving, work)
    except InsufficientStock as error:
        if work.attempt == 0:
            # Somebody has taken some since it was looked at: look once more.
            raise RunAnew from error
        # All rows are locked by now, so that what is left stays: the cart holds just that.
        left = _left(demands, error)
        await reserve_stock(msgspec.structs.replace(reserving, demands=left), work)


def _demand(line: HeldLine) -> Demand:
    return Demand(
        line_id=line.line_id,
        vendor_order_id=None,
        offer_id=line.offer_id,
        quantity=line.quantity,
    )


def _left(demands: tuple[Demand, ...], short: InsufficientStock) -> tuple[Demand, ...]:
    """As much of each as there is; a cart has one line an offer."""
    available = {each["offer_id"]: each["available"] for each in short.members["lines"]}
    left = (
        msgspec.structs.replace(each, quantity=available.get(each.offer_id, each.quantity))
        for each in demands
    )
    return tuple(each for each in left if each.quantity > 0)
