"""The tree as everybody sees it, and what is remembered to count it."""

from uuid import UUID

import msgspec


class ProductParts(msgspec.Struct):
    """Where a product stands, and who offers it."""

    category_id: UUID | None = None
    listed: bool = False
    offers: dict[UUID, UUID] = {}
    """Vendors by active offer."""


class CategoryRow(msgspec.Struct, frozen=True):
    category_id: UUID
    parent_id: UUID | None
    slug: str
    name: str
    rank: int


class ProductRow(msgspec.Struct, frozen=True):
    product_id: UUID
    vendor_id: UUID
    category_id: UUID


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    listed: bool


class CategoryNode(msgspec.Struct):
    """A category with what lies below it."""

    id: UUID
    slug: str
    name: str
    product_count: int
    """Products on sale in it and below it."""
    children: list["CategoryNode"]


class CategoryList(msgspec.Struct):
    items: list[CategoryNode]
