"""The names of what a product's page is made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


def product_tag(product_id: UUID) -> str:
    return f"product_page:id:{product_id}"


def slug_tag(slug: str) -> str:
    """Touched by the product that has the slug, or had it: "no such product" carries it too."""
    return f"product_page:slug:{slug}"


def vendor_tag(vendor_id: UUID) -> str:
    """Of a product's author and of all who offer it, be they listed or not."""
    return f"product_page:vendor:{vendor_id}"


def category_tag(category_id: UUID) -> str:
    return f"product_page:category:{category_id}"


def page_tags(product_id: UUID, row: Mapping[str, Any]) -> list[str]:
    return [product_tag(product_id), slug_tag(row["slug"])]


def vendor_tags(vendor_id: UUID, _: Mapping[str, Any]) -> list[str]:
    return [vendor_tag(vendor_id)]


def category_tags(category_id: UUID, _: Mapping[str, Any]) -> list[str]:
    return [category_tag(category_id)]
