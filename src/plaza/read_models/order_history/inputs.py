"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "ordering.order_group": (
            "id",
            "account_id",
            "number",
            "status",
            "currency",
            "total_minor",
            "placed_at",
            "created_at",
        ),
        "ordering.order_line": ("image",),
        "payments.payment": ("status",),
    },
    followed={
        "ordering.order_line": ("quantity",),
        "ordering.vendor_order": ("canceled_minor",),
    },
)
