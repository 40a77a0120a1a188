"""How a command about a cart is run for whoever may open the cart."""

from typing import Protocol, TypeVar
from uuid import UUID

from litestar import Response

from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.http_opening import CART_SECRET, cart_surface, principal_of_cart
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.web.commanding import Commanding
from plaza.web.request import PlazaRequest
from plaza.writing.answer import Answer, answer_with
from plaza.writing.runner import Command


class Changing(Protocol):
    """A command about a cart."""

    @property
    def cart_id(self) -> UUID: ...


C = TypeVar("C", bound=Changing)


async def changed(
    function: Command[C, CartDocument],
    command: C,
    request: PlazaRequest,
    commanding: Commanding,
    secrets: ShopperSecrets,
) -> Response[bytes]:
    """Run it for whoever may open the cart."""
    surface = await cart_surface(request, command.cart_id, secrets)
    return await commanding.run(
        function,
        command,
        surface,
        told,
        # Its address names a person, who may be erased before the repeats are forgotten.
        is_secret=True,
        shown=request.headers.get(CART_SECRET, ""),
        principal=principal_of_cart(command.cart_id),
        is_journalled=surface.account_id is not None,
    )


def told(cart: CartDocument) -> Answer:
    return answer_with(200, cart)
