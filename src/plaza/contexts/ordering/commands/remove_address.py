"""Somebody takes an address out of their book."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address_book import AddressBook, RemovedAddress
from plaza.writing.unit_of_work import UnitOfWork


class RemoveAddress(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    address_id: UUID


async def remove_address(command: RemoveAddress, work: UnitOfWork) -> RemovedAddress:
    """Delete it; carts and orders have copies of their own.

    Raises:
        NotThere: there is no such address in the book.
    """
    row = await AddressBook(command.account_id, work).find_locked(command.address_id)
    await work.session.delete(row)
    return RemovedAddress(command.address_id)
