"""The addresses that an account keeps for later; they belong to no cart and no order."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select

from plaza.contexts.ordering.address import Address, AddressRow
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere, Unprocessable
from plaza.writing.unit_of_work import UnitOfWork

ADDRESSES_MAX = 100


class AddressBookFull(Unprocessable):
    code = "address_book_full"
    title = "No more addresses fit into the book"


class BookedAddress(Address, frozen=True, kw_only=True):
    """An address of the book.

    Attributes:
        is_default: whether it was made the default last or, where none ever was, is the oldest;
            exactly one address of a book that is not empty is.
    """

    id: UUID
    is_default: bool
    created_at: datetime


class AddressBook:
    """One account's addresses, as far as a unit of work may see them."""

    def __init__(self, account_id: UUID, work: UnitOfWork) -> None:
        self._account_id = account_id
        self._work = work

    async def add(self, address: Address) -> AddressRow:
        """Keep one more address.

        The caller has locked the account, so that nobody adds another one at the same time.

        Raises:
            UnknownCountry: the address is in no country.
            AddressBookFull: there are a hundred.
        """
        count = select(func.count()).select_from(self._own().subquery())
        if (await self._work.session.scalar(count) or 0) >= ADDRESSES_MAX:
            message = f"Remove one first: {ADDRESSES_MAX} are kept at most."
            raise AddressBookFull(message, max=ADDRESSES_MAX)
        row = AddressRow(id=new_id(), account_id=self._account_id)
        row.take(address)
        self._work.session.add(row)
        await self._work.flush()
        await self._work.session.refresh(row, ["created_at"])
        return row

    async def find_locked(self, address_id: UUID) -> AddressRow:
        """One address of the book, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not the account's own.
        """
        wanted = self._own().where(AddressRow.id == address_id).with_for_update()
        row: AddressRow | None = await self._work.session.scalar(
            wanted.execution_options(populate_existing=True)
        )
        if row is None:
            raise NotThere
        return row

    async def shown(self, row: AddressRow) -> BookedAddress:
        """The address as its owner gets it."""
        await self._work.flush()
        latest = AddressRow.preferred_at.desc().nulls_last()
        default = self._own().order_by(latest, AddressRow.id).limit(1)
        preferred = await self._work.session.scalar(default.with_only_columns(AddressRow.id))
        fields = {name: getattr(row, name) for name in Address.__struct_fields__}
        is_default = preferred == row.id
        return BookedAddress(id=row.id, is_default=is_default, created_at=row.created_at, **fields)

    def _own(self) -> Select[AddressRow]:
        of_account = select(AddressRow).where(AddressRow.account_id == self._account_id)
        return of_account.where(AddressRow.cart_id.is_(None), AddressRow.order_id.is_(None))


class RemovedAddress(msgspec.Struct, frozen=True):
    id: UUID
    status: str = "removed"
