"""Who has logged in takes a guest's cart over, and what lay in their own comes along."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import Addresses
from plaza.contexts.ordering.cart import Carts
from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.writing.unit_of_work import UnitOfWork


class ClaimCart(msgspec.Struct, frozen=True, kw_only=True):
    cart_id: UUID
    account_id: UUID


async def claim_cart(command: ClaimCart, work: UnitOfWork, rules: CartRules) -> CartDocument:
    """Make it the account's, which alone opens it from then on; claiming it twice changes nothing.

    The lines of the account's latest other open cart of the same currency are moved into it; an
    empty one counts only where no other is open. Of an offer in both, the claimed cart's quantity
    stays.

    Raises:
        NotThere: it is neither a guest's whose secret was shown, nor the account's; or the account
            was erased meanwhile.
        CompletionInProgress, CartCompleted: it cannot be changed.
        TotalTooLarge: the cart would cost more than can be told.
    """
    if rules.present is not None:
        # Who erases the account meanwhile finds the cart, or it stays the guest's.
        await rules.present(command.account_id, work)
    carts = Carts.of(work)
    await carts.lock_those_of(command.account_id)
    contents = await CartContents.opened(command.cart_id, work, rules)
    cart = contents.cart
    if cart.account_id is None:
        cart.claim(command.account_id)
        address = await Addresses.of(work).of_cart(cart.id)
        if address is not None:
            address.account_id = command.account_id
        # Before anything else: from here on the cart's rows are the account's to the policies.
        await work.flush()
        other = await carts.latest_other(cart)
        if other is not None:
            await contents.merge(other)
            if rules.hold is not None:
                # Nothing lies in it any more.
                await rules.hold(other.id, (), work)
    return await contents.told(rules, await contents.on_sale(rules))
