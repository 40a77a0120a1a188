"""A line of a cart gets another quantity."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.writing.unit_of_work import UnitOfWork


class ChangeCartLine(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    line_id: UUID
    quantity: int


async def change_cart_line(
    command: ChangeCartLine, work: UnitOfWork, rules: CartRules
) -> CartDocument:
    """Set the quantity, at the price of now; none at all removes the line.

    Raises:
        NotThere: there is no such cart for the caller, or it has no such line.
        CompletionInProgress, CartCompleted: the cart cannot be changed.
        QuantityTooLarge: a line holds less than that.
        TotalTooLarge: the cart would cost more than can be told.
    """
    contents = await CartContents.opened(command.cart_id, work, rules)
    if command.quantity == 0:
        await contents.take_out(command.line_id)
    on_sale = await contents.on_sale(rules)
    if command.quantity > 0:
        contents.change(command.line_id, command.quantity, on_sale)
    return await contents.told(rules, on_sale)
