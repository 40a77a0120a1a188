"""An address is kept in its account's book."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import Address
from plaza.contexts.ordering.address_book import AddressBook, BookedAddress
from plaza.writing.unit_of_work import UnitOfWork


class BookAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address: Address
    is_default: bool = False


async def book_address(command: BookAddress, work: UnitOfWork) -> BookedAddress:
    """Keep it; the caller holds a lock of the account.

    Raises:
        UnknownCountry: the address is in no country.
        AddressBookFull: there are a hundred.
    """
    book = AddressBook(command.account_id, work)
    row = await book.add(command.address)
    if command.is_default:
        row.prefer(work.now)
    return await book.shown(row)
