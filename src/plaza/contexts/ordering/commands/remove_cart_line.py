"""A line is taken out of a cart."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.writing.unit_of_work import UnitOfWork


class RemoveCartLine(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    line_id: UUID


async def remove_cart_line(
    command: RemoveCartLine, work: UnitOfWork, rules: CartRules
) -> CartDocument:
    """Take the line out of the cart.

    Raises:
        NotThere: there is no such cart for the caller, or it has no such line.
        CompletionInProgress, CartCompleted: the cart cannot be changed.
    """
    contents = await CartContents.opened(command.cart_id, work, rules)
    await contents.take_out(command.line_id)
    return await contents.told(rules, await contents.on_sale(rules))
