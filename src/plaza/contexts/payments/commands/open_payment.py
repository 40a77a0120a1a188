"""An order is to be paid: the payment, the vendors' shares of it, and the first attempt."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from plaza.contexts.payments.commands.begin_attempt import authorization_of
from plaza.contexts.payments.occurrence import first_of
from plaza.contexts.payments.payment import Payment
from plaza.contexts.payments.share import Share
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


class ShareOf(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor order's part."""

    vendor_order_id: UUID
    vendor_id: UUID
    amount_minor: int


class OpenPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for a payment; the caller then asks the provider, outside of the transaction.

    Attributes:
        operation_id: the key under which the provider is asked.
        expires_at: until when the shopper may bring it to an end.
        claim_s: how long the caller has before others look after it.
    """

    payment_id: UUID
    operation_id: UUID
    order_id: UUID
    account_id: UUID | None
    provider: str
    currency: str
    amount_minor: int
    shares: tuple[ShareOf, ...]
    expires_at: datetime
    claim_s: int


async def open_payment(command: OpenPayment, work: UnitOfWork) -> Payment:
    """Open it; where nothing costs anything there is nothing to attempt."""
    assert sum(share.amount_minor for share in command.shares) == command.amount_minor
    payment, shares = _payment(command, work.now), [_share(one, command) for one in command.shares]
    work.session.add_all([payment, *shares])
    work.publish(payment.requested(work.now), *(share.told() for share in shares))
    if command.amount_minor > 0:
        authorization = authorization_of(payment, command.operation_id)
        work.session.add_all([authorization, first_of(authorization)])
    return payment


def _payment(command: OpenPayment, now: datetime) -> Payment:
    costs = command.amount_minor > 0
    claimed_until = now + timedelta(seconds=command.claim_s) if costs else None
    return Payment(
        id=command.payment_id,
        version=1,
        order_id=command.order_id,
        account_id=command.account_id,
        provider=command.provider,
        currency=command.currency,
        amount_minor=command.amount_minor,
        status="pending" if costs else "none",
        authorized_minor=0,
        captured_minor=0,
        voided_minor=0,
        refunded_minor=0,
        operation_id=command.operation_id if costs else None,
        open_attempts=1 if costs else 0,
        claimed_until=claimed_until,
        next_check_at=claimed_until,
        checks=0,
        expires_at=command.expires_at,
    )


def _share(share: ShareOf, command: OpenPayment) -> Share:
    return Share(
        id=new_id(),
        version=1,
        payment_id=command.payment_id,
        order_id=command.order_id,
        vendor_order_id=share.vendor_order_id,
        vendor_id=share.vendor_id,
        account_id=command.account_id,
        currency=command.currency,
        amount_minor=share.amount_minor,
        authorized_minor=0,
        captured_minor=0,
        voided_minor=0,
        refunded_minor=0,
        capturing_minor=0,
        returning_minor=0,
        voiding_minor=0,
    )
