"""Somebody keeps an address for later."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.ordering.address import Address
from plaza.contexts.ordering.address_book import BookedAddress
from plaza.contexts.ordering.commands.book_address import BookAddress, book_address
from plaza.writing.unit_of_work import UnitOfWork


class AddAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address: Address
    is_default: bool = False


async def add_address(command: AddAddress, work: UnitOfWork) -> BookedAddress:
    """Keep it in the account's book.

    Raises:
        UnknownCountry: the address is in no country.
        AddressBookFull: there are a hundred.
        NotThere: the account was erased meanwhile.
    """
    # Locked, so that who erases the account meanwhile finds the address, or there is none.
    await Accounts.of(work).locked(command.account_id)
    booking = BookAddress(
        account_id=command.account_id, address=command.address, is_default=command.is_default
    )
    return await book_address(booking, work)
