"""Where an order goes, and who is told of it."""

from email_validator import EmailNotValidError, validate_email

from plaza.contexts.ordering.address import Address, Addresses, CartAddress
from plaza.contexts.ordering.cart import Cart
from plaza.kernel.refusals import Unprocessable
from plaza.writing.unit_of_work import UnitOfWork


class AddressRequired(Unprocessable):
    code = "address_required"
    title = "It is not known where to deliver to"


class EmailRequired(Unprocessable):
    code = "email_required"
    title = "A guest's order needs an e-mail address"


class InvalidEmail(Unprocessable):
    code = "invalid_email"
    title = "Not an e-mail address"


async def order_address(
    cart: Cart, address: Address | None, email: str | None, work: UnitOfWork
) -> CartAddress:
    """Where the order goes and who is told: as the completion says, or else as the cart does.

    Raises:
        AddressRequired: neither names an address.
        EmailRequired: neither names an e-mail, and there is no account that could be told.
        InvalidEmail: nobody could be written to there.
    """
    row = await Addresses.of(work).of_cart(cart.id)
    held = None if row is None else row.given()
    where = address or held
    if where is None:
        raise AddressRequired("Set the cart's address, or send one with the completion.")
    told = email or (None if held is None else held.email)
    if told is None and cart.account_id is None:
        raise EmailRequired("Send `email` with the completion, or with the cart's address.")
    if told is not None:
        try:
            validate_email(told, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise InvalidEmail("Nobody could be written to there.") from error
    said = {name: getattr(where, name) for name in Address.__struct_fields__}
    return CartAddress(**said, email=told)
