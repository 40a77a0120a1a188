"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.product": (
            "id",
            "slug",
            "title",
            "description",
            "brand",
            "attributes",
            "options",
            "media",
            "category_id",
            "published_at",
        ),
        "catalog.variant": ("id", "option_values", "barcode", "weight_grams"),
        "catalog.offer": ("id", "variant_id", "vendor_id"),
        "catalog.offer_price": ("currency", "amount_minor", "compare_at_amount_minor"),
        "catalog.category": ("id", "slug", "name"),
        "vendors.vendor": ("id", "slug", "name"),
    },
    followed={
        "catalog.variant": ("rank",),
        "catalog.product": ("status",),
        "catalog.offer": ("status",),
        "inventory.stock": ("on_hand", "reserved"),
        "inventory.stocking": ("allows_backorder",),
        "vendors.vendor": ("status", "paused_at"),
    },
)
