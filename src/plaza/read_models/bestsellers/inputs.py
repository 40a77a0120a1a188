"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.product": ("id", "slug", "title", "brand", "category_id"),
        "catalog.offer": ("id", "vendor_id"),
        "catalog.offer_price": ("currency", "amount_minor"),
        "catalog.category": ("id", "parent_id", "slug"),
        "ordering.order_line": ("product_id", "vendor_order_id"),
    },
    followed={
        "catalog.product": ("status", "media"),
        "catalog.offer": ("status",),
        "ordering.vendor_order": ("status",),
        "ordering.order_line": ("quantity", "canceled_quantity"),
        "vendors.vendor": ("status", "paused_at"),
    },
)
