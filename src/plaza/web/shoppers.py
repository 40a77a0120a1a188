"""Shoppers: known by their log-in, or by a secret that follows from the id of what it opens."""

from uuid import UUID

from litestar.handlers import BaseRouteHandler

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotAuthenticated
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.web.authentication import OTHER_WAYS, NotAnAccount, caller_if_any
from plaza.web.callers import Connection, KeyCaller

ORDER_SECRET = "plaza-order-secret"  # noqa: S105  a header's name


def principal_of_order(order_id: UUID) -> str:
    """The name under which the last change by who holds the order's secret is kept."""
    return f"order:{order_id}"


async def order_surface(connection: Connection, order_id: UUID, secrets: ShopperSecrets) -> Surface:
    """What the caller may see of an order: as its account, as holder of its secret, or as both.

    Raises:
        NotAnAccount: it is a vendor's program, which buys nothing.
        NotAuthenticated: neither logged in, nor with the order's secret; or with a log-in that is
            not valid.
    """
    caller = await caller_if_any(connection)
    if isinstance(caller, KeyCaller):
        raise NotAnAccount
    shown = connection.headers.get(ORDER_SECRET)
    opened = shown is not None and secrets.opens_order(shown, order_id)
    account_id = None if caller is None else caller.account_id
    if not opened and account_id is None:
        raise NotAuthenticated("Log in, or send the order's secret as Plaza-Order-Secret.")
    return Surface(checkout=True, account_id=account_id, order_id=order_id if opened else None)


async def order_shopper(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard of an `{order}` route: somebody who is logged in, or who shows the order's secret."""
    secrets: ShopperSecrets = connection.app.state.shopper_secrets
    await order_surface(connection, connection.path_params["order"], secrets)


OTHER_WAYS[order_shopper] = {"orderSecret": []}
