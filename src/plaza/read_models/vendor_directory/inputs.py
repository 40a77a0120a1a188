"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "vendors.vendor": ("slug", "name", "country", "description"),
        "vendors.former_slug": ("slug", "vendor_id"),
    },
    followed={
        "vendors.vendor": ("status", "paused_at"),
    },
)
