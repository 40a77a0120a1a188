"""The shopper says where a cart's goods shall go."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import Addresses, AddressRow, CartAddress
from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.writing.unit_of_work import UnitOfWork


class SetCartAddress(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    address: CartAddress


async def set_cart_address(
    command: SetCartAddress, work: UnitOfWork, rules: CartRules
) -> CartDocument:
    """Put it in the place of the one before.

    Raises:
        NotThere: there is no such cart, or it is not for the caller to see.
        CompletionInProgress, CartCompleted: it cannot be changed.
        UnknownCountry: the address is in no country.
    """
    contents = await CartContents.opened(command.cart_id, work, rules)
    row = await Addresses.of(work).of_cart(command.cart_id)
    if row is None:
        row = AddressRow.of_cart(command.cart_id, contents.cart.account_id)
        work.session.add(row)
    row.take(command.address)
    return await contents.told(rules, await contents.on_sale(rules))
