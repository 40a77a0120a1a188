"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.product": (
            "id",
            "slug",
            "title",
            "description",
            "category_id",
            "brand",
            "attributes",
            "options",
            "media",
            "status",
            "version",
        ),
        "catalog.variant": ("id", "option_values", "barcode", "weight_grams"),
        "catalog.offer": ("id", "vendor_id", "variant_id", "sku", "status", "version"),
        "catalog.offer_price": ("currency", "amount_minor", "compare_at_amount_minor"),
        "inventory.stock": ("on_hand", "reserved"),
    },
    followed={
        "catalog.product": ("vendor_id",),
        "catalog.variant": ("rank",),
    },
)
