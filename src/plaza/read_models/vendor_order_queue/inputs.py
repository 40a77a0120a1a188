"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "ordering.order_group": ("id", "number", "address_id", "placed_at"),
        "ordering.vendor_order": (
            "id",
            "number",
            "vendor_id",
            "status",
            "status_reason",
            "subtotal_minor",
            "delivery_minor",
            "discount_minor",
            "tax_minor",
            "total_minor",
            "canceled_minor",
            "accept_by",
            "currency",
        ),
        "ordering.order_line": (
            "id",
            "offer_id",
            "product_id",
            "variant_id",
            "sku",
            "title",
            "options",
            "image",
            "quantity",
            "canceled_quantity",
            "unit_price_minor",
            "subtotal_minor",
            "discount_minor",
            "tax_rate",
            "tax_minor",
            "total_minor",
        ),
    },
    followed={
        "ordering.order_line": ("rank",),
        "payments.share": ("authorized_minor", "captured_minor", "voided_minor", "refunded_minor"),
    },
)
