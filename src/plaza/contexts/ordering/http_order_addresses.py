"""Routes by which operators have people forgotten who bought without an account."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.contexts.ordering.commands.erase_order_address import (
    ErasedAddress,
    EraseOrderAddress,
    erase_order_address,
)
from plaza.kernel.actor import MARKET
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import answer_with


@post(
    "/v1/operations/orders/{order:uuid}/erase-address",
    operation_id="eraseOrderAddress",
    status_code=200,
    guards=[operator_only],
    responses=answers(ErasedAddress),
)
async def erase(order: FromPath[UUID], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Have it forgotten for good who an order went to; the order itself stays."""
    command = EraseOrderAddress(order_id=order)
    return await commanding.run(
        erase_order_address, command, MARKET, lambda erased: answer_with(200, erased)
    )


ROUTES = [erase]
