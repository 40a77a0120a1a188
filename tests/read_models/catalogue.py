"""What vendors, products, offers and stock say in these tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from plaza.contexts.catalog.events import (
    CategoryCreated,
    DescribedVariant,
    OfferChanged,
    OfferCreated,
    OfferedPrice,
    OfferWithdrawn,
    ProductChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.inventory.events import LocationCreated, StockingChanged, StockMoved
from plaza.contexts.vendors.events import (
    VendorApplied,
    VendorApproved,
    VendorClosed,
    VendorPaused,
    VendorReinstated,
    VendorResumed,
    VendorSuspended,
)
from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from read_models.given import an_event


def pounds(amount_minor: int, compare_at_amount_minor: int | None = None) -> OfferedPrice:
    return OfferedPrice("GBP", amount_minor, compare_at_amount_minor)


def euros(amount_minor: int) -> OfferedPrice:
    return OfferedPrice("EUR", amount_minor)


@dataclass
class AVendor:
    id: UUID = field(default_factory=new_id)

    def approved(self) -> list[Event]:
        applied = an_event(VendorApplied, vendor_id=self.id, slug=f"vendor-{self.id}")
        return [applied, an_event(VendorApproved, vendor_id=self.id)]

    def suspended(self) -> Event:
        return an_event(VendorSuspended, vendor_id=self.id)

    def reinstated(self) -> Event:
        return an_event(VendorReinstated, vendor_id=self.id)

    def paused(self) -> Event:
        return an_event(VendorPaused, vendor_id=self.id)

    def resumed(self) -> Event:
        return an_event(VendorResumed, vendor_id=self.id)

    def closed(self) -> Event:
        return an_event(VendorClosed, vendor_id=self.id)


@dataclass
class ALocation:
    vendor: AVendor
    name: str = "Default"
    id: UUID = field(default_factory=new_id)

    def created(self) -> Event:
        ids = {"location_id": self.id, "vendor_id": self.vendor.id}
        return an_event(LocationCreated, **ids, name=self.name, is_default=self.name == "Default")


@dataclass
class ACategory:
    parent_id: UUID | None = None
    id: UUID = field(default_factory=new_id)

    def created(self, **fields: Any) -> Event:
        fields = {"slug": f"category-{self.id}", "parent_id": self.parent_id} | fields
        return an_event(CategoryCreated, category_id=self.id, **fields)


@dataclass
class AProduct:
    vendor: AVendor
    category: ACategory | None = None
    id: UUID = field(default_factory=new_id)
    variants: list[UUID] = field(default_factory=lambda: [new_id()])

    def created(self, **fields: Any) -> Event:
        variants = [
            DescribedVariant(variant, {"Number": str(variant)}) for variant in self.variants
        ]
        return an_event(ProductCreated, **self._said(), variants=variants, **fields)

    def changed(self, **fields: Any) -> Event:
        return an_event(ProductChanged, **(self._said() | fields))

    def published(self) -> Event:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        ids = {"product_id": self.id, "vendor_id": self.vendor.id}
        return an_event(ProductPublished, **ids, published_at=at)

    def unpublished(self) -> Event:
        return an_event(ProductUnpublished, product_id=self.id, vendor_id=self.vendor.id)

    def _said(self) -> dict[str, Any]:
        category_id = None if self.category is None else self.category.id
        ids = {"product_id": self.id, "vendor_id": self.vendor.id, "category_id": category_id}
        return {**ids, "slug": f"product-{self.id}"}


@dataclass
class AnOffer:
    product: AProduct
    vendor: AVendor
    variant: int = 0
    id: UUID = field(default_factory=new_id)
    stock_id: UUID = field(default_factory=new_id)

    def created(self, *prices: OfferedPrice, **fields: Any) -> Event:
        return an_event(OfferCreated, **self._ids(), prices=list(prices), **fields)

    def changed(self, *prices: OfferedPrice, **fields: Any) -> Event:
        return an_event(OfferChanged, **self._ids(), prices=list(prices), **fields)

    def withdrawn(self) -> Event:
        return an_event(OfferWithdrawn, **self._ids())

    def stocked(self, on_hand: int, reserved: int = 0, **fields: Any) -> Event:
        left = {"on_hand": on_hand, "reserved": reserved, "stock_id": self.stock_id}
        return an_event(StockMoved, **(self._ids() | left | fields))

    def kept(self, *, allows_backorder: bool = False, low_at: int | None = None) -> Event:
        """How it is stocked."""
        said = {"allows_backorder": allows_backorder, "low_at": low_at, "buckets": 1}
        return an_event(StockingChanged, **self._ids(), stocking_id=self.id, **said)

    def _ids(self) -> dict[str, UUID]:
        return {
            "offer_id": self.id,
            "product_id": self.product.id,
            "variant_id": self.product.variants[self.variant],
            "vendor_id": self.vendor.id,
        }


def on_sale(product: AProduct, *offers: Event) -> list[Event]:
    """The product, published, with what is said of its offers."""
    return [product.created(), *offers, product.published()]


def an_offer(vendor: AVendor | None = None) -> AnOffer:
    vendor = vendor or AVendor()
    return AnOffer(AProduct(vendor), vendor, id=new_id())
