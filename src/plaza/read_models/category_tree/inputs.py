"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.category": ("id", "parent_id", "slug", "name", "rank"),
        "catalog.product": ("id", "category_id"),
        "catalog.offer": ("vendor_id",),
    },
    followed={
        "catalog.product": ("status",),
        "catalog.offer": ("status",),
        "vendors.vendor": ("status", "paused_at"),
    },
)
