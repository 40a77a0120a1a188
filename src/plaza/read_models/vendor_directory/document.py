"""A vendor as everybody sees it."""

from datetime import datetime
from uuid import UUID

import msgspec


class ListedVendor(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str
    country: str
    description: str


class ShownVendor(ListedVendor, frozen=True):
    """A vendor as its reader gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class VendorList(msgspec.Struct, frozen=True):
    items: list[ShownVendor]
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
