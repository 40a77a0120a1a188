"""Many offers are put into a cart at once, all of them or none."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart import WantedOffer
from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.writing.unit_of_work import UnitOfWork


class AddCartLines(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    wanted: tuple[WantedOffer, ...]


async def add_cart_lines(command: AddCartLines, work: UnitOfWork, rules: CartRules) -> CartDocument:
    """Put them in; the same offer twice adds up.

    Raises:
        NotThere: there is no such cart, or it is not for the caller to see.
        CompletionInProgress, CartCompleted: it cannot be changed.
        OfferUnavailable, CurrencyMismatch: something that is wanted cannot be had.
        CartFull, QuantityTooLarge: it would be too much.
        TotalTooLarge: the cart would cost more than can be told.
    """
    contents = await CartContents.opened(command.cart_id, work, rules)
    on_sale = await contents.on_sale(rules, command.wanted)
    contents.put_in(command.wanted, on_sale)
    return await contents.told(rules, on_sale)
