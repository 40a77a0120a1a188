"""The operators' list of payments."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from plaza.contexts.payments.events import PaymentStatus
from plaza.read_models.payment_list.document import PaymentList
from plaza.read_models.payment_list.query import list_payments
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import operator_only
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest


@get(
    "/v1/operations/payments",
    operation_id="listPayments",
    guards=[operator_only],
    responses=answers(PaymentList),
)
async def payments(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[PaymentStatus | None] = None,
    provider: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Payments with the vendors' shares of them; those of the newest orders first."""
    headers = await answering.ready(request, "payment_list")
    body = await list_payments(
        answering.private, answering.cursors, status, provider, limit, cursor
    )
    return private_answer(body, headers)


ROUTES = [payments]
