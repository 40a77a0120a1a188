"""Addresses: where people are named, so that they can be forgotten in one place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from plaza.kernel.countries import refuse_unknown_country
from plaza.kernel.ids import new_id
from plaza.kernel.text import NOT_BLANK, VISIBLE, Country, EmailText, Name
from plaza.writing.aggregate import Row
from plaza.writing.direct_rows import Question
from plaza.writing.unit_of_work import UnitOfWork

AddressLine = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=VISIBLE, description=NOT_BLANK)
]
PostalCode = Annotated[
    str, Meta(max_length=20, description="Empty where the country has none, as Hong Kong")
]
Phone = Annotated[str, Meta(min_length=1, max_length=40)]


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where goods go; the country is upper case, as in `GB`."""

    name: Name
    line1: AddressLine
    line2: AddressLine | None = None
    city: AddressLine
    region: AddressLine | None = None
    postal_code: PostalCode
    country: Country
    phone: Phone | None = None


class CartAddress(Address, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the goods go, and under which e-mail their buyer is reached."""

    email: EmailText | None = None


class AddressRow(Row):
    """An address of an account, of a cart, or of an order; erased, nothing of it is left."""

    __tablename__ = "address"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    cart_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    email: Mapped[str | None]
    name: Mapped[str | None]
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]
    phone: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    preferred_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @classmethod
    def of_cart(cls, cart_id: UUID, account_id: UUID | None) -> Self:
        """A row for a cart's address, still empty."""
        return cls(id=new_id(), cart_id=cart_id, account_id=account_id)

    def take(self, address: Address, email: str | None = None) -> None:
        """Say this, in place of all that it said before; the e-mail may stand in the address.

        Raises:
            UnknownCountry: there is no such country.
        """
        refuse_unknown_country(address.country)
        for name in Address.__struct_fields__:
            setattr(self, name, getattr(address, name))
        self.email = address.email if isinstance(address, CartAddress) else email

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Say something else in some of its fields.

        Raises:
            UnknownCountry: there is no such country.
        """
        if (country := changes.get("country")) is not None:
            refuse_unknown_country(country)
        for name, value in changes.items():
            setattr(self, name, value)

    def prefer(self, now: datetime) -> None:
        """Make it the default of its book: that is the one which was preferred last."""
        self.preferred_at = now

    def given(self) -> CartAddress | None:
        """What it says; None where it was erased."""
        if self.name is None:
            return None
        return CartAddress(**{name: getattr(self, name) for name in CartAddress.__struct_fields__})


OF_CART = Question(AddressRow, "SELECT {columns} FROM ordering.address WHERE cart_id = $1")


class Addresses:
    """The addresses that a unit of work may see."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    @classmethod
    def of(cls, work: UnitOfWork) -> Self:
        return cls(work)

    async def of_cart(self, cart_id: UUID) -> AddressRow | None:
        """The cart's address; None where none was set."""
        return await OF_CART.first(self._work.session, cart_id)
