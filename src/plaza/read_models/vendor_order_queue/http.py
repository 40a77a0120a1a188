"""Routes of what a vendor has to send."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from plaza.kernel.clock import Moment
from plaza.read_models.vendor_order_queue.addresses import Addresses
from plaza.read_models.vendor_order_queue.document import (
    QueueStatus,
    VendorOrderList,
    VendorOrderToSend,
)
from plaza.read_models.vendor_order_queue.query import (
    OrdersWanted,
    Sort,
    get_vendor_order,
    list_vendor_orders,
)
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit, moment_in_utc
from plaza.web.request import PlazaRequest

MEMBER = member_with(*ROLES_WRITING_CATALOG, scope="orders:read")

Number = Annotated[
    str | None,
    QueryParameter(max_length=40, description="A number or its beginning, with or without hyphens"),
]


@get(
    "/v1/vendors/{vendor:uuid}/orders",
    operation_id="listVendorOrders",
    guards=[MEMBER],
    responses=answers(VendorOrderList),
)
async def vendor_orders(
    vendor: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[QueueStatus | None] = None,
    placed_from: FromQuery[Moment | None] = None,
    placed_to: FromQuery[Moment | None] = None,
    q: Number = None,
    sort: FromQuery[Sort] = "newest",
) -> Response[bytes]:
    """The vendor's parts of placed orders, and how many there are in each state.

    `sort=due` shows those that have to be accepted, the most urgent first.
    """
    headers = await answering.ready(request, "vendor_order_queue")
    wanted = OrdersWanted(
        vendor_id=vendor,
        status=status,
        placed_from=moment_in_utc(placed_from, "placed_from"),
        placed_to=moment_in_utc(placed_to, "placed_to"),
        q=q,
        sort=sort,
    )
    body = await list_vendor_orders(answering.private, answering.cursors, wanted, limit, cursor)
    return private_answer(body, headers)


@get(
    "/v1/vendors/{vendor:uuid}/orders/{vendor_order:uuid}",
    operation_id="getVendorOrder",
    guards=[MEMBER],
    responses=answers(VendorOrderToSend),
)
async def vendor_order(
    vendor: FromPath[UUID],
    vendor_order: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    addresses: NamedDependency[Addresses],
) -> Response[bytes]:
    """One of the vendor's orders, with its lines and where it goes."""
    headers = await answering.ready(request, "vendor_order_queue")
    body = await get_vendor_order(answering.private, addresses, vendor, vendor_order)
    return private_answer(body, headers)


ROUTES = [vendor_orders, vendor_order]
