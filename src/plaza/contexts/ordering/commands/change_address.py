"""Somebody changes an address in their book."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plaza.contexts.ordering.address_book import AddressBook, BookedAddress
from plaza.writing.unit_of_work import UnitOfWork


class ChangeAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address_id: UUID
    changes: Mapping[str, str | None]
    """Fields of an address; what is not named stays as it is."""


async def change_address(command: ChangeAddress, work: UnitOfWork) -> BookedAddress:
    """Carts and orders that were given the address keep it as it was.

    Raises:
        NotThere: there is no such address in the book.
        UnknownCountry: there is no such country.
    """
    book = AddressBook(command.account_id, work)
    row = await book.find_locked(command.address_id)
    row.change(command.changes)
    return await book.shown(row)
