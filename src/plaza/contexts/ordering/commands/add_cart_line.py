"""An offer is put into a cart; more of what is there already becomes more of the same line."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart import WantedOffer
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.commands.add_cart_lines import AddCartLines, add_cart_lines
from plaza.writing.unit_of_work import UnitOfWork


class AddCartLine(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    wanted: WantedOffer


async def add_cart_line(command: AddCartLine, work: UnitOfWork, rules: CartRules) -> CartDocument:
    """Put it in; it is refused for the same reasons as by `add_cart_lines`."""
    adding = AddCartLines(cart_id=command.cart_id, wanted=(command.wanted,))
    return await add_cart_lines(adding, work, rules)
