"""Asking for money to be moved: taken, given back; the worker then asks the provider."""

from uuid import UUID

from plaza.contexts.payments.occurrence import first_of
from plaza.contexts.payments.operation import Kind, Operation
from plaza.contexts.payments.share import Share
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


async def ask_for(kind: Kind, share: Share, amount_minor: int, work: UnitOfWork) -> None:
    """Have a part of a share captured, voided or refunded; nothing where it is nothing."""
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
    await _keep(operation, work)


async def give_back(share: Share, amount_minor: int, work: UnitOfWork) -> None:
    """Have it voided as far as nobody has taken it, and refunded otherwise."""
    # Less than nothing is left where all was taken while some was being voided.
    voided = max(0, min(amount_minor, share.chargeable_minor))
    await ask_for("void", share, voided, work)
    await ask_for("refund", share, amount_minor - voided, work)
    work.publish(share.told())


async def give_back_excess(
    authorization: Operation, work: UnitOfWork, *, was_captured: bool
) -> UUID:
    """Have the whole of an authorization given back that does not count.

    Returns:
        The key under which that is asked for.
    """
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
    await _keep(operation, work)
    return operation.id


async def _keep(operation: Operation, work: UnitOfWork) -> None:
    first = first_of(operation)
    first.is_excess = operation.authorization_id is not None
    work.session.add_all([operation, first])
