"""Routes about the lines of carts; each answers with the whole cart."""

from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from plaza.contexts.ordering.cart import LINE_QUANTITY_MAX, LINES_MAX, WantedOffer
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.commands.add_cart_line import AddCartLine, add_cart_line
from plaza.contexts.ordering.commands.add_cart_lines import AddCartLines, add_cart_lines
from plaza.contexts.ordering.commands.change_cart_line import ChangeCartLine, change_cart_line
from plaza.contexts.ordering.commands.remove_cart_line import RemoveCartLine, remove_cart_line
from plaza.contexts.ordering.http_cart_changing import changed
from plaza.contexts.ordering.http_opening import cart_shopper
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest


class NewCartLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: Annotated[list[WantedOffer], Meta(min_length=1, max_length=LINES_MAX)]


class LineChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quantity: Annotated[int, Meta(ge=0, le=LINE_QUANTITY_MAX)]
    """0 removes the line."""


@post(
    "/v1/carts/{cart:uuid}/lines",
    operation_id="addCartLine",
    status_code=200,
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def add_line(
    cart: FromPath[UUID],
    data: JSONBody[WantedOffer],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """Put an offer in; of one that is there already, the quantities add up in its line.

    More than is in stock may be put in: it is told as a problem, and nothing is reserved before the
    cart is completed, unless the marketplace is set to reserve in carts.
    """
    command = AddCartLine(cart_id=cart, wanted=data)
    adding = partial(add_cart_line, rules=cart_rules)
    return await changed(adding, command, request, commanding, shopper_secrets)


@post(
    "/v1/carts/{cart:uuid}/lines/batch",
    operation_id="addCartLines",
    status_code=200,
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def add_lines(
    cart: FromPath[UUID],
    data: JSONBody[NewCartLines],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """Put many offers in at once, all of them or none; otherwise as `addCartLine`."""
    command = AddCartLines(cart_id=cart, wanted=tuple(data.lines))
    adding = partial(add_cart_lines, rules=cart_rules)
    return await changed(adding, command, request, commanding, shopper_secrets)


@patch(
    "/v1/carts/{cart:uuid}/lines/{line:uuid}",
    operation_id="changeCartLine",
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def change_line(
    cart: FromPath[UUID],
    line: FromPath[UUID],
    data: JSONBody[LineChange],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """Have so many of it, at the price of now; 0 removes the line."""
    command = ChangeCartLine(cart_id=cart, line_id=line, quantity=data.quantity)
    changing = partial(change_cart_line, rules=cart_rules)
    return await changed(changing, command, request, commanding, shopper_secrets)


@delete(
    "/v1/carts/{cart:uuid}/lines/{line:uuid}",
    operation_id="removeCartLine",
    status_code=200,
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def remove_line(
    cart: FromPath[UUID],
    line: FromPath[UUID],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """Take a line out, and answer with the cart that is left."""
    command = RemoveCartLine(cart_id=cart, line_id=line)
    removing = partial(remove_cart_line, rules=cart_rules)
    return await changed(removing, command, request, commanding, shopper_secrets)


ROUTES = [add_line, add_lines, change_line, remove_line]
