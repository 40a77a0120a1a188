"""A vendor as everybody sees it."""

from uuid import UUID

import msgspec


class ListedVendor(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str
    country: str
    description: str


class VendorList(msgspec.Struct, frozen=True):
    items: list[ListedVendor]
    next_cursor: str | None


class FormerSlugRow(msgspec.Struct, frozen=True):
    """A slug under which a vendor was known before."""

    vendor_id: UUID
    slug: str


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    slug: str
    name: str
    document: str
