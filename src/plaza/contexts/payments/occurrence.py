"""What was asked of providers and what they said: never changed; all amounts derive from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.payments.operation import Operation
from plaza.kernel.ids import new_id
from plaza.writing.aggregate import Row
from plaza.writing.direct_rows import insert_of
from plaza.writing.unit_of_work import UnitOfWork

OccurrenceKind = Literal["authorization", "charge", "refund", "void", "action_required"]
OccurrenceOutcome = Literal["requested", "succeeded", "failed"]


class Occurrence(Row):
    """Something that has happened to an operation; each kind and outcome is kept once."""

    __tablename__ = "payment_event"
    __table_args__ = {"schema": "payments"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    order_id: Mapped[UUID]
    operation_id: Mapped[UUID]
    vendor_order_id: Mapped[UUID | None]
    vendor_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    kind: Mapped[OccurrenceKind] = mapped_column(Text)
    outcome: Mapped[OccurrenceOutcome] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    provider_reference: Mapped[str | None]
    code: Mapped[str | None]
    is_excess: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


KEEP_ONCE = f"{insert_of(Occurrence)} ON CONFLICT DO NOTHING RETURNING kind"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be kept of an operation."""

    outcome: OccurrenceOutcome
    provider_reference: str | None = None
    code: str | None = None
    is_excess: bool = False


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """In minor units."""

    authorized: int = 0
    captured: int = 0
    voided: int = 0
    refunded: int = 0


def amounts_of(occurrences: Iterable[Occurrence], share: tuple[UUID, int] | None = None) -> Amounts:
    """What a payment's occurrences, in any order, come to.

    Args:
        occurrences: all of the payment.
        share: to look at one vendor order only: its id, and its part of the amount. What was
            said of the whole payment counts for each part with the part's own amount.
    """
    sums = dict.fromkeys(("authorization", "charge", "void", "refund"), 0)
    for one in occurrences:
        if one.outcome != "succeeded" or one.is_excess:
            continue
        amount = one.amount_minor
        if share is not None and one.vendor_order_id != share[0]:
            amount = share[1] if one.vendor_order_id is None else 0
        sums[one.kind] += amount
    return Amounts(
        authorized=sums["authorization"],
        # What was voided was never captured, even where all was said to be.
        captured=min(sums["charge"], sums["authorization"] - sums["void"]),
        voided=sums["void"],
        refunded=sums["refund"],
    )


def first_of(operation: Operation) -> Occurrence:
    """The first occurrence of an operation: that it was requested."""
    return Occurrence(**_row(operation, operation.kind, Said(outcome="requested")))


async def keep_once(
    operation: Operation, kinds: Sequence[OccurrenceKind], said: Said, work: UnitOfWork
) -> frozenset[str]:
    """Keep what was said, unless it was said before.

    Returns:
        The kinds that were not known before.
    """
    rows = [_row(operation, kind, said) for kind in kinds]
    connection = await work.connection()
    new = await connection.fetch(KEEP_ONCE, msgspec.json.encode(rows).decode())
    return frozenset(row["kind"] for row in new)


def _row(operation: Operation, kind: OccurrenceKind, said: Said) -> dict[str, object]:
    return {
        "id": new_id(),
        "payment_id": operation.payment_id,
        "order_id": operation.order_id,
        "operation_id": operation.id,
        "vendor_order_id": operation.vendor_order_id,
        "vendor_id": operation.vendor_id,
        "account_id": operation.account_id,
        "kind": kind,
        "outcome": said.outcome,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "provider_reference": said.provider_reference,
        "code": said.code,
        "is_excess": said.is_excess,
    }
