"""Vendor orders of the tests, made by the rules alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from plaza.contexts.ordering.events import VendorOrderStatus
from plaza.contexts.ordering.order_line import OrderLine
from plaza.contexts.ordering.vendor_order import VendorOrder
from plaza.kernel.ids import new_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_line(quantity: int, total_minor: int, **changes: Any) -> OrderLine:
    """So many units for so much, all in all."""
    frozen: dict[str, Any] = {
        "id": new_id(),
        "rank": 0,
        "offer_id": new_id(),
        "product_id": new_id(),
        "variant_id": new_id(),
        "sku": None,
        "title": "Oak chair",
        "options": {},
        "image": None,
        "quantity": quantity,
        "canceled_quantity": 0,
        "unit_price_minor": total_minor // quantity,
        "subtotal_minor": total_minor,
        "discount_minor": 0,
        "tax_rate": Decimal("0.2"),
        "tax_minor": 0,
        "total_minor": total_minor,
    }
    return OrderLine(**frozen | changes)


def a_vendor_order(
    lines: Sequence[OrderLine], status: VendorOrderStatus = "accepted", delivery_minor: int = 0
) -> VendorOrder:
    subtotal_minor = sum(line.total_minor for line in lines)
    return VendorOrder(
        id=new_id(),
        order_id=new_id(),
        vendor_id=new_id(),
        account_id=None,
        number="K7QD-M2X5-1",
        status=status,
        currency="GBP",
        subtotal_minor=subtotal_minor,
        delivery_minor=delivery_minor,
        discount_minor=0,
        tax_minor=0,
        total_minor=subtotal_minor + delivery_minor,
        canceled_minor=0,
        version=1,
        lines=list(lines),
    )
