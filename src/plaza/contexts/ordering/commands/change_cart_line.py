"""A line of a cart gets another quantity; none at all removes it."""

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
    """Set the quantity; the price is the one of now.

    Raises:
        NotThere: the cart has no such line.
    """
    contents = await CartContents.opened(command.cart_id, work, rules)
    if command.quantity == 0:
        await contents.take_out(command.line_id)
    on_sale = await contents.on_sale(rules)
    if command.quantity > 0:
        contents.change(command.line_id, command.quantity, on_sale)
    return await contents.told(rules, on_sale)
