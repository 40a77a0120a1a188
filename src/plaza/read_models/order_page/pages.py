"""The rows of an order: itself, its payment and its vendor orders, but for their lines."""

from uuid import UUID

import msgspec

from plaza.kernel.money import Money
from plaza.read_models.order_page.document import (
    Amounts,
    OrderHead,
    OrderParts,
    OrderRow,
    PaymentOnPage,
    PaymentPart,
    VendorOrderHead,
    VendorOrderPart,
)


def order_rows(order_id: UUID, parts: OrderParts) -> list[OrderRow]:
    head = order_head(order_id, parts)
    if head is None or parts.address_id is None:
        return []
    # A share of the payment alone is no vendor order yet.
    vendor_orders = [
        (vendor_order_id, vendor_order_head(vendor_order_id, part, parts.currency))
        for vendor_order_id, part in parts.vendor_orders.items()
        if part.number
    ]
    row = OrderRow(
        order_id=order_id,
        account_id=parts.account_id,
        address_id=parts.address_id,
        document=msgspec.json.encode(head).decode(),
        vendor_orders=msgspec.json.encode(vendor_orders).decode(),
    )
    return [row]


def order_head(order_id: UUID, parts: OrderParts) -> OrderHead | None:
    """The order itself; None until it is created."""
    if parts.created_at is None:
        return None
    currency, payment = parts.currency, parts.payment
    canceled = sum(part.canceled for part in parts.vendor_orders.values())
    due = refund_due(parts.amounts[-1] - canceled, payment)
    return OrderHead(
        id=order_id,
        number=parts.number,
        status=parts.status,
        status_reason=parts.reason,
        payment_status="none" if payment is None else payment.status,
        fulfilment_status="canceled" if parts.status in {"canceled", "failed"} else "open",
        created_at=parts.created_at,
        placed_at=parts.placed_at,
        canceled=Money(canceled, currency),
        refund_due=Money(due, currency),
        payment=None if payment is None else payment_on_page(payment, currency),
        **monies(parts.amounts, currency),
    )


def vendor_order_head(
    vendor_order_id: UUID, part: VendorOrderPart, currency: str
) -> VendorOrderHead:
    return VendorOrderHead(
        id=vendor_order_id,
        number=part.number,
        status=part.status,
        status_reason=part.reason,
        payment_status=part.payment_status,
        canceled=Money(part.canceled, currency),
        accept_by=part.accept_by,
        **monies(part.amounts, currency),
    )


def payment_on_page(payment: PaymentPart, currency: str) -> PaymentOnPage:
    return PaymentOnPage(
        id=payment.id,
        provider=payment.provider,
        status=payment.status,
        action_required=payment.action_required,
        next_action=payment.next_action,
        authorized=Money(payment.authorized, currency),
        captured=Money(payment.captured, currency),
        voided=Money(payment.voided, currency),
        refunded=Money(payment.refunded, currency),
    )


def refund_due(owed_minor: int, payment: PaymentPart | None) -> int:
    """What is held of the shopper's money beyond what the order costs now."""
    if payment is None:
        return 0
    return max(0, payment.captured - payment.refunded - owed_minor)


def monies(amounts: Amounts, currency: str) -> dict[str, Money]:
    names = ("subtotal", "delivery", "discount", "tax", "total")
    return {name: Money(amount, currency) for name, amount in zip(names, amounts, strict=True)}
