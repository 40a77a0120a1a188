"""What of the write side it shows."""

from plaza.projecting.inputs import Inputs

INPUTS = Inputs(
    shown={
        "payments.payment": (
            "id",
            "order_id",
            "provider",
            "status",
            "currency",
            "amount_minor",
            "authorized_minor",
            "captured_minor",
            "voided_minor",
            "refunded_minor",
            "code",
            "created_at",
        ),
        "payments.share": (
            "vendor_order_id",
            "vendor_id",
            "amount_minor",
            "authorized_minor",
            "captured_minor",
            "voided_minor",
            "refunded_minor",
            "returning_minor",
        ),
        "ordering.order_group": ("number",),
    },
    followed={
        "payments.payment": ("next_action",),
    },
)
