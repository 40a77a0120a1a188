"""Somebody says something else of an address in their book."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plaza.contexts.ordering.address_book import AddressBook, BookedAddress
from plaza.kernel.countries import refuse_unknown_country
from plaza.writing.unit_of_work import UnitOfWork


class ChangeAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address_id: UUID
    changes: Mapping[str, str | None]
    """Fields of an address; what is not named stays as it is."""


async def change_address(command: ChangeAddress, work: UnitOfWork) -> BookedAddress:
    """Carts and orders that were given the address keep it as it was.

    Raises:
        UnknownCountry: there is no such country.
    """
    if (country := command.changes.get("country")) is not None:
        refuse_unknown_country(country)
    book = AddressBook(command.account_id, work)
    row = await book.find_locked(command.address_id)
    for name, value in command.changes.items():
        setattr(row, name, value)
    return await book.shown(row)
