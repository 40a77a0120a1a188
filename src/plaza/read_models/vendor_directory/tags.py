"""The names of what the directory's answers are made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

ANY = "vendor_directory:any"
"""Touched when any vendor changes; lists carry it, and so does "no such vendor", since a vendor
that is listed again brings its former slugs back with it."""


def vendor_tag(vendor_id: UUID) -> str:
    """Of the vendor that is shown, and of the one that a former slug leads to."""
    return f"vendor_directory:id:{vendor_id}"


def slug_tag(slug: str) -> str:
    """Touched by the vendor that has the slug, or had it."""
    return f"vendor_directory:slug:{slug}"


def vendor_tags(vendor_id: UUID, row: Mapping[str, Any]) -> list[str]:
    return [ANY, vendor_tag(vendor_id), slug_tag(row["slug"])]
