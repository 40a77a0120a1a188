"""Requests to move money, written beside what they are for; the worker takes them to the provider.

See `moving.py`, which does that outside of any transaction.
"""

from plaza.contexts.payments.occurrence import first_of
from plaza.contexts.payments.operation import Kind, Operation
from plaza.contexts.payments.share import Share
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


def request_movement(kind: Kind, share: Share, amount_minor: int, work: UnitOfWork) -> None:
    """Have a part of a share captured, voided or refunded; an amount of nothing is not asked for.

    The caller publishes how the share then stands.
    """
    if amount_minor <= 0:
        return
    operation = Operation(
        id=new_id(),
        payment_id=share.payment_id,
        order_id=share.order_id,
        vendor_order_id=share.vendor_order_id,
        vendor_id=share.vendor_id,
        account_id=share.account_id,
        kind=kind,
        amount_minor=amount_minor,
        currency=share.currency,
        status="requested",
        attempts=0,
        next_attempt_at=work.now,
    )
    share.wait_for(kind, amount_minor)
    _keep(operation, work)


def give_back(share: Share, amount_minor: int, work: UnitOfWork) -> None:
    """Have an amount voided as far as it was not captured yet, and the rest of it refunded."""
    # Less than nothing is left where all was taken while some was being voided.
    voided = max(0, min(amount_minor, share.chargeable_minor))
    request_movement("void", share, voided, work)
    request_movement("refund", share, amount_minor - voided, work)
    work.publish(share.told())


def give_back_excess(authorization: Operation, work: UnitOfWork, *, was_captured: bool) -> None:
    """Have the whole of an authorization given back that came on top of the one that counts."""
    operation = Operation(
        id=new_id(),
        payment_id=authorization.payment_id,
        order_id=authorization.order_id,
        account_id=authorization.account_id,
        kind="refund" if was_captured else "void",
        amount_minor=authorization.amount_minor,
        currency=authorization.currency,
        status="requested",
        authorization_id=authorization.id,
        attempts=0,
        next_attempt_at=work.now,
    )
    _keep(operation, work)


def _keep(operation: Operation, work: UnitOfWork) -> None:
    first = first_of(operation)
    first.is_excess = operation.authorization_id is not None
    work.session.add_all([operation, first])
