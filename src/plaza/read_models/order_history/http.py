"""The route of an account's orders."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from plaza.contexts.ordering.events import OrderStatus
from plaza.read_models.order_history.document import OrderList
from plaza.read_models.order_history.query import list_orders
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import authenticated
from plaza.web.callers import Caller, caller_in
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest


@get(
    "/v1/orders",
    operation_id="listOrders",
    guards=[authenticated],
    responses=answers(OrderList),
)
async def orders(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[OrderStatus | None] = None,
) -> Response[bytes]:
    """Your orders, the newest first; those that came to nothing only with `status=failed`."""
    caller = caller_in(request.scope)
    assert isinstance(caller, Caller)
    headers = await answering.ready(request, "order_history")
    body = await list_orders(
        answering.private, answering.cursors, caller.account_id, status, limit, cursor
    )
    return private_answer(body, headers)


ROUTES = [orders]
