"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.product": ("id", "slug", "title", "brand", "category_id", "published_at"),
        "catalog.offer": ("id", "vendor_id"),
        "catalog.offer_price": ("currency", "amount_minor", "compare_at_amount_minor"),
        "catalog.category": ("id", "parent_id", "slug", "name"),
        "vendors.vendor": ("id", "slug", "name"),
    },
    followed={
        "catalog.product": ("status", "media"),
        "catalog.offer": ("status",),
        "inventory.stock": ("on_hand", "reserved"),
        "inventory.stocking": ("allows_backorder",),
        "vendors.vendor": ("status", "paused_at"),
    },
)
