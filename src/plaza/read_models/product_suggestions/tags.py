"""The names of what suggestions are made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

ANY = "product_suggestions:any"
"""Touched when any title, product or vendor changes: what begins alike is not kept apart."""

PRODUCT = "product_suggestions:product:"
VENDOR = "product_suggestions:vendor:"


def product_tags(product_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ANY, f"{PRODUCT}{product_id}"]


def vendor_tags(vendor_id: UUID, _row: Mapping[str, Any]) -> list[str]:
    return [ANY, f"{VENDOR}{vendor_id}"]
