"""The port through which carts and orders learn what is for sale, by one query."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from plaza.reading.pools import Connection

VendorSelling = Literal["selling", "paused", "gone"]


class OnSale(msgspec.Struct, frozen=True, kw_only=True):
    """An offer with what it offers, who sells it, and how many there are.

    Attributes:
        prices: amounts in minor units by currency.
        vendor_standing: `gone` for vendors that are suspended, closed, or not approved yet.
        is_listed: whether both offer and product are there for shoppers.
        available: how many nobody has reserved, except the cart that was named.
        tax_rate: of the vendor's prices, which include the tax.
    """

    offer_id: UUID
    vendor_id: UUID
    product_id: UUID
    variant_id: UUID
    title: str
    options: dict[str, str]
    sku: str | None
    image: str | None
    prices: dict[str, int]
    vendor_name: str
    vendor_slug: str
    vendor_standing: VendorSelling
    is_listed: bool
    available: int
    allows_backorder: bool
    tax_rate: Decimal

    @property
    def is_buyable(self) -> bool:
        """Whether it may be put into a cart; how many there are is another question."""
        return self.is_listed and self.vendor_standing == "selling"


class Goods(Protocol):
    """Looks offers up in the caller's transaction; unknown ones are left out."""

    async def __call__(
        self, connection: Connection, offer_ids: Sequence[UUID], cart_id: UUID | None = None
    ) -> Mapping[UUID, OnSale]:
        """The offers by their ids.

        Args:
            connection: in a transaction whose scope sees what is offered.
            offer_ids: which ones.
            cart_id: whose own reservations count as available.
        """
        ...
