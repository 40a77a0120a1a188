"""The names of what lists of bestsellers are made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

ANY = "bestsellers:any"
"""Touched at every sale: which list a product climbs into cannot be told before."""

PRODUCT = "bestsellers:product:"
VENDOR = "bestsellers:vendor:"
CATEGORIES = "bestsellers:categories"


def product_tags(product_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ANY, f"{PRODUCT}{product_id}"]


def sale_tags(_vendor_order_id: UUID, row: Mapping[str, Any]) -> list[str]:
    return [ANY, f"{PRODUCT}{row['product_id']}"]


def vendor_tags(vendor_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ANY, f"{VENDOR}{vendor_id}"]


def category_tags(_category_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ANY, CATEGORIES]
