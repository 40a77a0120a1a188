"""What payments are now, told as facts."""

from collections.abc import Iterator

import asyncpg
import msgspec

from plaza.contexts.payments.events import (
    NextAction,
    PaymentActionRequired,
    PaymentDeclined,
    PaymentEvent,
    PaymentRequested,
    PaymentReturnFailed,
    ShareChanged,
    payment_status_of,
)
from plaza.kernel.event import Event
from plaza.outbox.snapshot import Snapshot, Source, told

PAYMENTS = """
    SELECT p.id AS payment_id, p.version, p.order_id, p.account_id, p.provider, p.currency,
        p.status, p.amount_minor, p.authorized_minor, p.captured_minor, p.voided_minor,
        p.refunded_minor, p.created_at, p.told, p.told_code AS code, p.next_action AS action
    FROM payments.payment p ORDER BY p.id
"""
SHARES = """
    SELECT s.id AS share_id, s.*, p.status AS payment_status
    FROM payments.share s JOIN payments.payment p ON p.id = s.payment_id ORDER BY s.id
"""

# What these say is shown until the next fact; of the others nothing is but the amounts.
SAYING: dict[str, type[PaymentEvent]] = {
    event.type(): event for event in (PaymentActionRequired, PaymentDeclined, PaymentReturnFailed)
}


def payment(row: asyncpg.Record) -> Iterator[PaymentEvent]:
    yield told(PaymentRequested, row)
    if row["told"] == PaymentActionRequired.type():
        action = msgspec.json.decode(row["action"] or "null", type=NextAction | None)
        yield told(PaymentActionRequired, row, next_action=action)
    elif row["told"] in SAYING:
        yield told(SAYING[row["told"]], row)


def share(row: asyncpg.Record) -> Iterator[Event]:
    derived = payment_status_of(
        amount=row["amount_minor"],
        authorized=row["authorized_minor"],
        captured=row["captured_minor"],
        voided=row["voided_minor"],
        refunded=row["refunded_minor"],
    )
    is_given_up = (row["payment_status"], derived) == ("failed", "pending")
    yield told(ShareChanged, row, status="failed" if is_given_up else derived)


snapshot = Snapshot(
    Source(tells=(PaymentRequested, *SAYING.values()), sql=PAYMENTS, events=payment),
    Source(tells=(ShareChanged,), sql=SHARES, events=share),
)
