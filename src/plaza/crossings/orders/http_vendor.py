"""Routes by which vendors accept, decline and cancel their parts of orders."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from plaza.contexts.inventory.stock import QUANTITY_MAX
from plaza.contexts.ordering.cart import LINES_MAX
from plaza.contexts.ordering.commands.accept_vendor_order import (
    AcceptVendorOrder,
    accept_vendor_order,
)
from plaza.contexts.ordering.events import VendorOrderStatus
from plaza.contexts.ordering.vendor_order import VendorOrder
from plaza.crossings.orders.cancel_vendor_order import CancelVendorOrder, cancel_vendor_order
from plaza.crossings.orders.decline_vendor_order import DeclineVendorOrder, decline_vendor_order
from plaza.kernel.actor import Surface
from plaza.kernel.money import Money
from plaza.kernel.text import Reason
from plaza.web.authentication import member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, answers
from plaza.writing.answer import Answer, answer_with

MEMBER = member_with("owner", "manager", "staff", scope="orders:write")


class CanceledQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of a line."""

    line_id: UUID
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


class VendorCancellation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to cancel.

    Attributes:
        lines: units of lines, which add up; without it, all that is left.
    """

    lines: Annotated[list[CanceledQuantity], Meta(min_length=1, max_length=LINES_MAX)] | None = None
    reason: Reason | None = None


class Declining(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason | None = None


class VendorOrderStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor order right after a command."""

    id: UUID
    order_id: UUID
    number: str
    status: VendorOrderStatus
    total: Money
    canceled: Money
    """What of the total is canceled."""
    version: int


def standing_answer(part: VendorOrder) -> Answer:
    body = VendorOrderStanding(
        id=part.id,
        order_id=part.order_id,
        number=part.number,
        status=part.status,
        total=Money(part.total_minor, part.currency),
        canceled=Money(part.canceled_minor, part.currency),
        version=part.version,
    )
    return answer_with(200, body, etag=f'"{part.version}"')


@post(
    "/v1/vendors/{vendor:uuid}/orders/{vendor_order:uuid}/accept",
    operation_id="acceptVendorOrder",
    status_code=200,
    guards=[MEMBER],
    responses=answers(VendorOrderStanding, also=IF_MATCH_OPTIONAL),
)
async def accept(
    vendor: FromPath[UUID], vendor_order: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Promise to send the vendor's part of an order that waits for acceptance.

    409 `acceptance_over`: it came too late, and the shopper gets the money back.
    """
    command = AcceptVendorOrder(
        vendor_id=vendor, vendor_order_id=vendor_order, version=commanding.version
    )
    surface = Surface(vendor_id=vendor)
    return await commanding.run(accept_vendor_order, command, surface, standing_answer)


@post(
    "/v1/vendors/{vendor:uuid}/orders/{vendor_order:uuid}/decline",
    operation_id="declineVendorOrder",
    status_code=200,
    guards=[MEMBER],
    responses=answers(VendorOrderStanding, also=IF_MATCH_OPTIONAL),
)
async def decline(
    vendor: FromPath[UUID],
    vendor_order: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[Declining | None] = None,
) -> Response[bytes]:
    """Decline an order that waits for acceptance; what was paid for it goes back."""
    command = DeclineVendorOrder(
        vendor_id=vendor,
        vendor_order_id=vendor_order,
        version=commanding.version,
        reason=None if data is None else data.reason,
    )
    surface = Surface(vendor_id=vendor)
    return await commanding.run(decline_vendor_order, command, surface, standing_answer)


@post(
    "/v1/vendors/{vendor:uuid}/orders/{vendor_order:uuid}/cancel",
    operation_id="cancelVendorOrder",
    status_code=200,
    guards=[MEMBER],
    responses=answers(VendorOrderStanding, also=IF_MATCH_OPTIONAL),
)
async def cancel(
    vendor: FromPath[UUID],
    vendor_order: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[VendorCancellation | None] = None,
) -> Response[bytes]:
    """Cancel the vendor's part of an order, or units of its lines; what was paid goes back."""
    wanted = data or VendorCancellation()
    command = CancelVendorOrder(
        vendor_id=vendor,
        vendor_order_id=vendor_order,
        version=commanding.version,
        lines=_quantities(wanted.lines),
        reason=wanted.reason,
    )
    surface = Surface(vendor_id=vendor)
    return await commanding.run(cancel_vendor_order, command, surface, standing_answer)


def _quantities(lines: list[CanceledQuantity] | None) -> dict[UUID, int] | None:
    if lines is None:
        return None
    quantities: dict[UUID, int] = {}
    for line in lines:
        quantities[line.line_id] = quantities.get(line.line_id, 0) + line.quantity
    return quantities


ROUTES = [accept, decline, cancel]
