"""The names of what a page of the listing is made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

ALL = "product_listing:all"
"""Touched when a vendor or a category changes; every page of the listing carries it."""

ANY = "product_listing:any"
"""Touched when any card changes; pages by price or stock of no category and no vendor carry it."""

PLACES = "product_listing:places"
"""Touched when a product comes, goes or moves; pages by time of no category and no vendor do."""


def category_tag(category_id: UUID) -> str:
    """A page of a category carries those of all categories below it, too."""
    return f"product_listing:category:{category_id}"


def vendor_tag(vendor_id: UUID) -> str:
    """Touched when a product of the vendor changes, be it that another offer of it did."""
    return f"product_listing:vendor:{vendor_id}"


def category_places_tag(category_id: UUID) -> str:
    """Touched when a product comes into the category, leaves it or moves in it."""
    return f"product_listing:category_places:{category_id}"


def vendor_places_tag(vendor_id: UUID) -> str:
    """Touched when one of the vendor's products comes, goes or moves."""
    return f"product_listing:vendor_places:{vendor_id}"


def product_tag(product_id: UUID) -> str:
    """Touched when a card of the product changes; pages by time that show one carry it."""
    return f"product_listing:product:{product_id}"


def card_tags(product_id: UUID, row: Mapping[str, Any]) -> list[str]:
    tags = [ANY, product_tag(product_id), vendor_tag(row["vendor_id"])]
    if row["category_id"] is not None:
        tags.append(category_tag(row["category_id"]))
    return tags


def place_tags(_: UUID, row: Mapping[str, Any]) -> list[str]:
    tags = [PLACES, vendor_places_tag(row["vendor_id"])]
    if row["category_id"] is not None:
        tags.append(category_places_tag(row["category_id"]))
    return tags


def shared_tags(_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ALL]
