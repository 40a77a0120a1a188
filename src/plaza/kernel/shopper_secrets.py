"""The secrets by which guests are known: they follow from ids, and are stored nowhere."""

from uuid import UUID

from plaza.kernel.signed_id import SignedIds

CART = "cart"
ORDER = "order"


class ShopperSecrets:
    """Makes and recognizes the secrets of carts and orders.

    A secret never expires by itself. That an account has taken over a cart, which its secret does
    not open any more, stands in the cart's row.
    """

    def __init__(self, key: bytes) -> None:
        self._ids = SignedIds(key)

    def of_cart(self, cart_id: UUID) -> str:
        return self._ids.sign(cart_id, CART)

    def of_order(self, order_id: UUID) -> str:
        return self._ids.sign(order_id, ORDER)

    def opens_cart(self, text: str, cart_id: UUID) -> bool:
        return self._ids.read(text, CART) == cart_id

    def opens_order(self, text: str, order_id: UUID) -> bool:
        return self._ids.read(text, ORDER) == order_id
