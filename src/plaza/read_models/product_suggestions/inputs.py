"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.product": ("id", "slug", "title"),
        "catalog.offer": ("vendor_id",),
    },
    followed={
        "catalog.product": ("status",),
        "catalog.offer": ("status",),
        "vendors.vendor": ("status", "paused_at"),
    },
)
