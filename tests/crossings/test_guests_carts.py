"""A guest's cart that is completed by who has logged in meanwhile, and still has its secret."""

from uuid import uuid4

from actors import Marketplace
from shopping import Cart, a_cart, an_offer, order_of


async def test_who_is_logged_in_completes_a_guests_cart_as_a_guest(
    marketplace: Marketplace,
) -> None:
    cart = await a_cart(marketplace, {await an_offer(await marketplace.a_vendor()): 1})
    shopper = await marketplace.a_shopper()
    key = str(uuid4())
    beside_log_in = Cart(shopper, cart.id, cart.total, cart.secret, cart.headers)

    first = await beside_log_in.completes(key=key)
    again = await beside_log_in.completes(key=key)

    assert (first.status_code, again.content) == (201, first.content), first.text
    order = order_of(shopper, first)
    assert (await order.shown())["status"] == "placed"
    assert (await shopper.get(order.path)).status_code == 404
    assert (await shopper.get("/v1/orders")).json()["items"] == []
