"""Who may open a cart: its account, or a guest who shows its secret."""

from uuid import UUID

from litestar.handlers import BaseRouteHandler

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotAuthenticated
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.web.authentication import OTHER_WAYS, NotAnAccount, caller_if_any
from plaza.web.callers import Caller, Connection, KeyCaller

CART_SECRET = "plaza-cart-secret"  # noqa: S105  a header's name


def principal_of_cart(cart_id: UUID) -> str:
    """The name under which the last change by who holds the cart's secret is kept."""
    return f"cart:{cart_id}"


async def shopper_of(connection: Connection) -> Caller | None:
    """The person who is logged in; None for a guest.

    Raises:
        NotAnAccount: it is a vendor's program, which buys nothing.
        NotAuthenticated: what is shown as a log-in is not valid.
    """
    caller = await caller_if_any(connection)
    if isinstance(caller, KeyCaller):
        raise NotAnAccount
    return caller


async def cart_surface(connection: Connection, cart_id: UUID, secrets: ShopperSecrets) -> Surface:
    """What the caller may see of carts: the account's, the one whose secret is shown, or both.

    A claimed cart is its account's alone, whatever secret is shown: the policies see to that.

    Raises:
        NotAnAccount: it is a vendor's program.
        NotAuthenticated: neither logged in, nor with the cart's secret; or with a log-in that is
            not valid.
    """
    shopper = await shopper_of(connection)
    opened = shows_secret(connection, cart_id, secrets)
    if not opened and shopper is None:
        raise NotAuthenticated("Log in, or send the cart's secret as Plaza-Cart-Secret.")
    account_id = None if shopper is None else shopper.account_id
    return Surface(checkout=True, account_id=account_id, cart_id=cart_id if opened else None)


def shows_secret(connection: Connection, cart_id: UUID, secrets: ShopperSecrets) -> bool:
    shown = connection.headers.get(CART_SECRET)
    return shown is not None and secrets.opens_cart(shown, cart_id)


async def shopper(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: somebody who is logged in, or a guest."""
    await shopper_of(connection)


async def cart_shopper(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard of a `{cart}` route: somebody who is logged in, or who shows the cart's secret."""
    secrets: ShopperSecrets = connection.app.state.shopper_secrets
    await cart_surface(connection, connection.path_params["cart"], secrets)


OTHER_WAYS[shopper] = {}
OTHER_WAYS[cart_shopper] = {"cartSecret": []}
