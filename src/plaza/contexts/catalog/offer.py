"""The offer: one vendor's price and SKU for one variant."""

from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import BigInteger, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from plaza.contexts.catalog.events import (
    OfferChanged,
    OfferCreated,
    OfferedPrice,
    OfferWithdrawn,
)
from plaza.kernel.money import Price, known_currencies
from plaza.kernel.refusals import Conflict, NotThere, Unprocessable
from plaza.writing.aggregate import Aggregates, Row, VersionedRow
from plaza.writing.direct_rows import Question

OfferStatus = Literal["active", "withdrawn"]


class AlreadyOffered(Conflict):
    code = "already_offered"
    title = "The vendor offers this variant already"


class OfferIsWithdrawn(Conflict):
    code = "offer_withdrawn"
    title = "The offer is withdrawn"


class InvalidPrice(Unprocessable):
    code = "invalid_price"
    title = "The price is not acceptable"


class OfferPrice(Row):
    """What the offer costs in one currency."""

    __tablename__ = "offer_price"
    __table_args__ = {"schema": "catalog"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct, is_directly_made = True, False

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("catalog.offer.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    compare_at_amount_minor: Mapped[int | None] = mapped_column(BigInteger)


class Offer(VersionedRow):
    __tablename__ = "offer"
    __table_args__ = {"schema": "catalog"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct, is_directly_made = True, False

    vendor_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    sku: Mapped[str | None]
    status: Mapped[OfferStatus] = mapped_column(Text)
    prices: Mapped[list[OfferPrice]] = relationship(order_by=OfferPrice.currency, lazy="selectin")

    def create(self) -> OfferCreated:
        """The first fact of a new offer."""
        self.status, self.version = "active", 1
        return OfferCreated(**self._ids(), sku=self.sku, prices=self._offered())

    def set_price(self, price: Price, compare_at: Price | None) -> None:
        """Set what it costs in one currency; in others it costs what it did.

        Raises:
            InvalidPrice: no such currency, or compared with another one or a lower price.
        """
        _check(price, compare_at)
        compare_at_minor = None if compare_at is None else compare_at.amount_minor
        held = self._held_in(price.currency)
        if held is None:
            held = OfferPrice(offer_id=self.id, vendor_id=self.vendor_id, currency=price.currency)
            self.prices.append(held)
        held.amount_minor = price.amount_minor
        held.compare_at_amount_minor = compare_at_minor

    def compare_at(self, price: Price | None) -> None:
        """Show another comparison beside the price in its currency; None shows it nowhere.

        Raises:
            InvalidPrice: it is not above the price, or there is no price to compare it with.
        """
        if price is None:
            for held in self.prices:
                held.compare_at_amount_minor = None
            return
        priced = self._held_in(price.currency)
        if priced is None:
            raise InvalidPrice(f"There is no price in {price.currency} to compare it with.")
        self.set_price(Price(priced.amount_minor, priced.currency), price)

    def change(
        self,
        *,
        price: Price | None = None,
        compare_at: Price | None | UnsetType = UNSET,
        sku: str | None | UnsetType = UNSET,
    ) -> OfferChanged | None:
        """Take another price or SKU; what is not named stays as it is.

        A comparison that is not named goes where the price is not below it any more.

        Returns:
            None where nothing is another.

        Raises:
            OfferIsWithdrawn: it is not on offer any more.
            InvalidPrice: the price is not below what it is to be compared with.
        """
        if self.status == "withdrawn":
            raise OfferIsWithdrawn("Create a new offer for the variant.")
        before = (self.sku, self._offered())
        if price is not None:
            self.set_price(price, self._kept_beside(price) if compare_at is UNSET else compare_at)
        elif compare_at is not UNSET:
            self.compare_at(compare_at)
        self.sku = self.sku if sku is UNSET else sku
        if (self.sku, self._offered()) == before:
            return None
        self.version += 1
        return OfferChanged(**self._ids(), sku=self.sku, prices=self._offered())

    def withdraw(self) -> OfferWithdrawn:
        if self.status == "withdrawn":
            raise OfferIsWithdrawn("It is withdrawn already.")
        self.status = "withdrawn"
        self.version += 1
        return OfferWithdrawn(**self._ids())

    def _held_in(self, currency: str) -> OfferPrice | None:
        return next((held for held in self.prices if held.currency == currency), None)

    def _kept_beside(self, price: Price) -> Price | None:
        """The comparison of now, while the price is below it."""
        held = self._held_in(price.currency)
        compared_minor = None if held is None else held.compare_at_amount_minor
        if compared_minor is None or compared_minor <= price.amount_minor:
            return None
        return Price(compared_minor, price.currency)

    def _ids(self) -> dict[str, Any]:
        return {
            "offer_id": self.id,
            "product_id": self.product_id,
            "variant_id": self.variant_id,
            "vendor_id": self.vendor_id,
            "version": self.version,
        }

    def _offered(self) -> list[OfferedPrice]:
        return [
            OfferedPrice(price.currency, price.amount_minor, price.compare_at_amount_minor)
            for price in sorted(self.prices, key=lambda price: price.currency)
        ]


OFFER = Question(Offer, "SELECT {columns} FROM catalog.offer WHERE id = $1")
PRICES = Question(
    OfferPrice,
    "SELECT {columns} FROM catalog.offer_price WHERE offer_id = $1 ORDER BY currency",
)


class Offers(Aggregates[Offer]):
    model_type = Offer

    async def find(self, aggregate_id: UUID) -> Offer:
        """The offer with its prices.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        offer = await OFFER.first(self.session, aggregate_id)
        if offer is None:
            raise NotThere
        set_committed_value(offer, "prices", await PRICES.all(self.session, aggregate_id))
        return offer

    async def of_vendor(self, offer_id: UUID, vendor_id: UUID) -> Offer:
        """The vendor's own offer.

        Raises:
            NotThere: there is none, or it is another vendor's.
        """
        offer = await self.find(offer_id)
        if offer.vendor_id != vendor_id:
            raise NotThere
        return offer

    async def active_of_vendor(self, vendor_id: UUID, limit: int) -> list[Offer]:
        """Some of the vendor's active offers, in a fixed order."""
        wanted = (
            select(Offer)
            .where(Offer.vendor_id == vendor_id, Offer.status == "active")
            .order_by(Offer.id)
            .limit(limit)
        )
        return list(await self.session.scalars(wanted))


CONSTRAINTS = {"offer_active_key": (AlreadyOffered, "Change the offer that there is.")}


def _check(price: Price, compare_at: Price | None) -> None:
    if price.currency not in known_currencies():
        raise InvalidPrice(f"{price.currency} is not a currency of ISO 4217.")
    if compare_at is None:
        return
    if compare_at.currency != price.currency:
        raise InvalidPrice("compare_at_price is in another currency than price.")
    if compare_at.amount_minor <= price.amount_minor:
        raise InvalidPrice("compare_at_price must be above price.")
