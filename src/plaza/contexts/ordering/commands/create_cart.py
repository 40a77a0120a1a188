"""A cart begins, of a guest or of an account, with something in it or empty."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import AddressRow, CartAddress
from plaza.contexts.ordering.cart import Cart, WantedOffer
from plaza.contexts.ordering.cart_contents import CartContents
from plaza.contexts.ordering.cart_document import CartDocument
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.kernel.money import known_currencies
from plaza.kernel.refusals import Unprocessable
from plaza.writing.unit_of_work import UnitOfWork


class UnknownCurrency(Unprocessable):
    code = "unknown_currency"
    title = "There is no such currency"


class CreateCart(msgspec.Struct, frozen=True, kw_only=True):
    """Begin a cart.

    Attributes:
        account_id: whose it is; None for a guest's.
        currency: ISO 4217; None for the marketplace's.
    """

    cart_id: UUID
    account_id: UUID | None
    currency: str | None = None
    wanted: tuple[WantedOffer, ...] = ()
    address: CartAddress | None = None


async def create_cart(command: CreateCart, work: UnitOfWork, rules: CartRules) -> CartDocument:
    """Make it, and put in what is wanted.

    Raises:
        NotThere: its account was erased meanwhile.
        UnknownCurrency: nothing could have a price in it.
        UnknownCountry: the address is in no country.
        OfferUnavailable, CurrencyMismatch: something that is wanted cannot be had.
        CartFull, QuantityTooLarge: it would be too much.
        TotalTooLarge: the cart would cost more than can be told.
    """
    currency = command.currency or rules.currency
    if currency not in known_currencies():
        raise UnknownCurrency(f"{currency} is not a currency of ISO 4217.")
    if command.account_id is not None and rules.present is not None:
        # Who erases the account meanwhile finds the cart, or there is none.
        await rules.present(command.account_id, work)
    cart = Cart.begin(command.cart_id, command.account_id, currency, work.now, rules.lifetime)
    work.session.add(cart)
    contents = CartContents(cart, (), work)
    on_sale = await contents.on_sale(rules, command.wanted)
    contents.put_in(command.wanted, on_sale)
    if command.address is not None:
        row = AddressRow.of_cart(cart.id, cart.account_id)
        row.take(command.address)
        work.session.add(row)
    return await contents.told(rules, on_sale)
