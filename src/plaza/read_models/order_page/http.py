"""An order's route."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.read_models.order_page.addresses import Addresses
from plaza.read_models.order_page.document import OrderPage
from plaza.read_models.order_page.query import get_order
from plaza.web.answering import Answering, private_answer
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest
from plaza.web.shoppers import order_shopper, order_surface, principal_of_order


@get(
    "/v1/orders/{order:uuid}",
    operation_id="getOrder",
    guards=[order_shopper],
    responses=answers(OrderPage),
)
async def order_page(
    order: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    addresses: NamedDependency[Addresses],
    shopper_secrets: NamedDependency[ShopperSecrets],
) -> Response[bytes]:
    """An order of yours; guests show `Plaza-Order-Secret`."""
    surface = await order_surface(request, order, shopper_secrets)
    headers = await answering.ready(request, "order_page", principal_of_order(order))
    return private_answer(await get_order(answering.private, addresses, surface, order), headers)


ROUTES = [order_page]
