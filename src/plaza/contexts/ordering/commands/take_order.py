"""An order is made of a priced cart: the whole, a part for each vendor, and their lines."""

from typing import Any
from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import AddressRow, CartAddress
from plaza.contexts.ordering.order_group import OrderGroup, Orders
from plaza.contexts.ordering.order_line import OrderLine, order_line_of
from plaza.contexts.ordering.pricing import PricedCart, VendorPart
from plaza.contexts.ordering.vendor_order import VendorOrder
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


class TakeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to make an order of.

    Attributes:
        acceptance_s: how long its vendors have to accept it; None: they need not.
    """

    order_id: UUID
    cart_id: UUID
    account_id: UUID | None
    address: CartAddress
    priced: PricedCart
    acceptance_s: int | None


class TakenOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The order that was made.

    Attributes:
        cart_lines: for the id of each line, the id of the line of the cart that it was.
    """

    order: OrderGroup
    parts: list[VendorOrder]
    lines: list[OrderLine]
    cart_lines: dict[UUID, UUID]


async def take_order(command: TakeOrder, work: UnitOfWork) -> TakenOrder:
    """Write the order, pending, and publish what it is.

    Raises:
        UnknownCountry: the address is in no country.
    """
    priced = command.priced
    address = AddressRow(id=new_id(), account_id=command.account_id, order_id=command.order_id)
    address.take(command.address)
    order = OrderGroup(
        id=command.order_id,
        number=await Orders.of(work).next_number(),
        cart_id=command.cart_id,
        account_id=command.account_id,
        address_id=address.id,
        currency=priced.currency,
        acceptance_s=command.acceptance_s,
        **msgspec.structs.asdict(priced.totals),
    )
    created = order.create([part.vendor_id for part in priced.parts], work.now)
    taken = TakenOrder(order=order, parts=[], lines=[], cart_lines={})
    work.publish(created)
    for ordinal, part in enumerate(priced.parts, 1):
        _take_part(part, ordinal, taken, work)
    work.session.add_all([address, order, *taken.parts, *taken.lines])
    return taken


def _take_part(part: VendorPart, ordinal: int, taken: TakenOrder, work: UnitOfWork) -> None:
    order = taken.order
    shared: dict[str, Any] = {
        "order_id": order.id,
        "vendor_id": part.vendor_id,
        "account_id": order.account_id,
    }
    vendor_order = VendorOrder(
        id=new_id(),
        number=f"{order.number}-{ordinal}",
        currency=order.currency,
        **shared,
        **msgspec.structs.asdict(part.totals),
    )
    lines = [
        order_line_of(line, new_id(), rank, vendor_order_id=vendor_order.id, **shared)
        for rank, line in enumerate(part.lines)
    ]
    work.publish(*vendor_order.create(order.number, order.address_id, work.now, lines))
    taken.parts.append(vendor_order)
    taken.lines.extend(lines)
    taken.cart_lines.update(
        (line.id, wanted.line_id) for line, wanted in zip(lines, part.lines, strict=True)
    )
