"""The lines of a vendor order as its vendor sees them, and what of them is canceled."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import LinesFace, OrderedLine, canceled_amount
from plaza.kernel.money import Money
from plaza.read_models.vendor_order_queue.document import LinesRow, LineToSend


def lines_rows(vendor_order_id: UUID, face: LinesFace) -> list[LinesRow]:
    if face.order_id is None or face.vendor_id is None:
        return []
    lines = [line_to_send(line, canceled, face.currency) for line, canceled in face.ranked()]
    row = LinesRow(
        vendor_order_id=vendor_order_id,
        vendor_id=face.vendor_id,
        lines=msgspec.json.encode(lines).decode(),
    )
    return [row]


def line_to_send(line: OrderedLine, canceled: int, currency: str) -> LineToSend:
    canceled_minor = canceled_amount(line.total_minor, canceled, line.quantity)
    canceled_tax_minor = canceled_amount(line.tax_minor, canceled, line.quantity)
    return LineToSend(
        id=line.line_id,
        title=line.title,
        options=line.options,
        sku=line.sku,
        image=line.image,
        product_id=line.product_id,
        variant_id=line.variant_id,
        offer_id=line.offer_id,
        quantity=line.quantity,
        canceled_quantity=canceled,
        unit_price=Money(line.unit_price_minor, currency),
        subtotal=Money(line.subtotal_minor, currency),
        discount=Money(line.discount_minor, currency),
        tax_rate=line.tax_rate,
        tax=Money(line.tax_minor, currency),
        total=Money(line.total_minor, currency),
        canceled=Money(canceled_minor, currency),
        canceled_tax=Money(canceled_tax_minor, currency),
    )
