"""A line of an order, frozen as it was bought."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.ordering.events import OrderedLine, canceled_amount
from plaza.contexts.ordering.pricing import PricedLine
from plaza.kernel.rate import rate_text
from plaza.kernel.refusals import Unprocessable
from plaza.writing.aggregate import Row


class TooManyCanceled(Unprocessable):
    code = "too_many_canceled"
    title = "There are not that many left of the line"


class OrderLine(Row):
    __tablename__ = "order_line"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("ordering.order_group.id"))
    vendor_order_id: Mapped[UUID] = mapped_column(ForeignKey("ordering.vendor_order.id"))
    vendor_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    rank: Mapped[int]
    offer_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    sku: Mapped[str | None]
    title: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    image: Mapped[str | None]
    quantity: Mapped[int] = mapped_column(BigInteger)
    canceled_quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)
    subtotal_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    total_minor: Mapped[int] = mapped_column(BigInteger)

    @property
    def left(self) -> int:
        return self.quantity - self.canceled_quantity

    def cancel(self, quantity: int) -> int:
        """Cancel some of it.

        Returns:
            What that takes off the total, in minor units; all such parts together are the total.

        Raises:
            TooManyCanceled: fewer are left.
        """
        if quantity > self.left:
            message = f"{self.left} of the line are left."
            raise TooManyCanceled(message, line_id=str(self.id), left=self.left)
        before = canceled_amount(self.total_minor, self.canceled_quantity, self.quantity)
        self.canceled_quantity += quantity
        return canceled_amount(self.total_minor, self.canceled_quantity, self.quantity) - before

    def ordered(self) -> OrderedLine:
        """The line as facts tell it."""
        return OrderedLine(
            line_id=self.id,
            offer_id=self.offer_id,
            product_id=self.product_id,
            variant_id=self.variant_id,
            sku=self.sku,
            title=self.title,
            options=self.options,
            image=self.image,
            quantity=self.quantity,
            unit_price_minor=self.unit_price_minor,
            subtotal_minor=self.subtotal_minor,
            discount_minor=self.discount_minor,
            tax_rate=rate_text(self.tax_rate),
            tax_minor=self.tax_minor,
            total_minor=self.total_minor,
        )


def order_line_of(line: PricedLine, line_id: UUID, rank: int, **of_order: Any) -> OrderLine:
    """A priced line of a cart, from now on an order's."""
    return OrderLine(
        id=line_id,
        rank=rank,
        offer_id=line.offer_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        title=line.title,
        options=line.options,
        image=line.image,
        quantity=line.quantity,
        canceled_quantity=0,
        unit_price_minor=line.unit_price_minor,
        subtotal_minor=line.subtotal_minor,
        discount_minor=line.discount_minor,
        tax_rate=line.tax_rate,
        tax_minor=line.tax_minor,
        total_minor=line.total_minor,
        **of_order,
    )
