"""Routes about carts; every command answers with the whole cart."""

from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from msgspec import Meta

from plaza.contexts.ordering.address import CartAddress
from plaza.contexts.ordering.cart import LINES_MAX, WantedOffer
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.commands.claim_cart import ClaimCart, claim_cart
from plaza.contexts.ordering.commands.create_cart import CreateCart, create_cart
from plaza.contexts.ordering.commands.set_cart_address import SetCartAddress, set_cart_address
from plaza.contexts.ordering.http_cart_changing import changed, told
from plaza.contexts.ordering.http_opening import (
    cart_shopper,
    cart_surface,
    principal_of_cart,
    shopper,
    shopper_of,
    shows_secret,
)
from plaza.contexts.ordering.queries.get_cart import get_cart
from plaza.contexts.ordering.queries.list_carts import CartList, list_carts
from plaza.kernel.actor import Surface
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest
from plaza.writing.answer import Answer, answer_with

CartSecret = Annotated[
    str | None,
    HeaderParameter(
        name="Plaza-Cart-Secret",
        description="The `secret` of createCart; not needed for a cart that is yours already",
    ),
]
Wanted = Annotated[list[WantedOffer], Meta(max_length=LINES_MAX)]


class NewCart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: CurrencyCode | None = None
    """Left out, the marketplace's; a cart holds only what has a price in its currency."""
    lines: Wanted = []
    address: CartAddress | None = None


class CreatedCart(CartDocument, frozen=True, kw_only=True):
    """The cart, and what opens it.

    Attributes:
        secret: to be sent as `Plaza-Cart-Secret` with everything that is asked of the cart; null
            for who is logged in, whose cart is opened by the log-in.
    """

    secret: str | None


@post(
    "/v1/carts",
    operation_id="createCart",
    guards=[shopper],
    responses=answers(CreatedCart, 201),
)
async def create(
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
    data: JSONBody[NewCart | None] = None,
) -> Response[bytes]:
    """Begin a cart; of a guest, its `secret` opens it, and nothing else does."""
    caller, cart_id = await shopper_of(request), new_id()
    account_id = None if caller is None else caller.account_id
    wanted = data or NewCart()
    command = CreateCart(
        cart_id=cart_id,
        account_id=account_id,
        currency=wanted.currency,
        wanted=tuple(wanted.lines),
        address=wanted.address,
    )

    def created(cart: CartDocument) -> Answer:
        secret = shopper_secrets.of_cart(cart.id) if account_id is None else None
        shown = {name: getattr(cart, name) for name in CartDocument.__struct_fields__}
        return answer_with(201, CreatedCart(**shown, secret=secret), cache_control="no-store")

    return await commanding.run(
        partial(create_cart, rules=cart_rules),
        command,
        Surface(checkout=True, account_id=account_id, cart_id=None if account_id else cart_id),
        created,
        is_secret=True,
        principal=principal_of_cart(cart_id),
        is_journalled=account_id is not None,
    )


@get(
    "/v1/carts",
    operation_id="listCarts",
    guards=[authenticated],
    responses=answers(CartList),
)
async def own_carts(
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """The carts that are open for the person who asks, on whatever device, the latest first."""
    paging = Paging(cursors, limit, cursor)
    found = await list_carts(reads, commanding.caller.account_id, paging)
    return private_answer(msgspec.json.encode(found), {})


@get(
    "/v1/carts/{cart:uuid}",
    operation_id="getCart",
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def shown(
    cart: FromPath[UUID],
    request: PlazaRequest,
    reads: NamedDependency[PrivateReads],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """The cart at the prices and with the stock of now; `problems` tell what has changed."""
    surface = await cart_surface(request, cart, shopper_secrets)
    found = await get_cart(reads, surface, cart, cart_rules)
    return private_answer(msgspec.json.encode(found), {})


@put(
    "/v1/carts/{cart:uuid}/address",
    operation_id="setCartAddress",
    guards=[cart_shopper],
    responses=answers(CartDocument),
)
async def set_address(
    cart: FromPath[UUID],
    data: JSONBody[CartAddress],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
) -> Response[bytes]:
    """Say where the goods go, and under which `email` their buyer is reached."""
    command = SetCartAddress(cart_id=cart, address=data)
    setting = partial(set_cart_address, rules=cart_rules)
    return await changed(setting, command, request, commanding, shopper_secrets)


@post(
    "/v1/carts/{cart:uuid}/claim",
    operation_id="claimCart",
    status_code=200,
    guards=[authenticated],
    responses=answers(CartDocument),
)
async def claim(
    cart: FromPath[UUID],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    cart_rules: NamedDependency[CartRules],
    secret: CartSecret = None,
) -> Response[bytes]:
    """Take over a guest's cart by showing `Plaza-Cart-Secret`, which opens nothing afterwards.

    What lies in your latest other cart of the same currency that is not empty comes along; of an
    offer in both, the claimed cart's quantity stays.
    """
    account_id = commanding.caller.account_id
    opened = cart if shows_secret(request, cart, shopper_secrets) else None
    return await commanding.run(
        partial(claim_cart, rules=cart_rules),
        ClaimCart(cart_id=cart, account_id=account_id),
        Surface(checkout=True, account_id=account_id, cart_id=opened),
        told,
        is_secret=True,
        shown=secret or "",
    )


ROUTES = [create, own_carts, shown, set_address, claim]
