"""Somebody makes an address of their book the default one."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address_book import AddressBook, BookedAddress
from plaza.writing.unit_of_work import UnitOfWork


class SetDefaultAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address_id: UUID


async def set_default_address(command: SetDefaultAddress, work: UnitOfWork) -> BookedAddress:
    """Prefer it from now on; the others need not be touched for that.

    Raises:
        NotThere: there is no such address in the book.
    """
    book = AddressBook(command.account_id, work)
    row = await book.find_locked(command.address_id)
    row.prefer(work.now)
    return await book.shown(row)
