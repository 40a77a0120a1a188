"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "catalog.offer": ("id", "vendor_id", "product_id", "variant_id", "sku"),
        "catalog.product": ("title",),
        "catalog.variant": ("id", "option_values"),
        "inventory.stock": ("location_id", "on_hand", "reserved", "backordered"),
        "inventory.location": ("id", "vendor_id", "name", "created_at"),
        "inventory.movement": (
            "id",
            "order_id",
            "kind",
            "reason",
            "on_hand_delta",
            "reserved_delta",
            "backordered_delta",
            "created_at",
        ),
        "inventory.stocking": ("low_at", "buckets"),
    },
    followed={
        "catalog.offer": ("status",),
        "inventory.location": ("is_default",),
        "inventory.stocking": ("allows_backorder",),
    },
)
