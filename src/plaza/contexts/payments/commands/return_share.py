"""A part of what a vendor order has cost goes back to who has paid it."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.requesting import give_back
from plaza.contexts.payments.share import Share, Shares
from plaza.kernel.refusals import Unprocessable
from plaza.writing.unit_of_work import UnitOfWork


class RefundExceedsPaid(Unprocessable):
    code = "refund_exceeds_paid"
    title = "More than what was paid and not given back"


class ReturnShare(msgspec.Struct, frozen=True, kw_only=True):
    """What to give back.

    Attributes:
        is_capped: whether less goes back where less is left, instead of nothing and a refusal.
    """

    vendor_order_id: UUID
    amount_minor: int
    is_capped: bool = False


async def return_share(command: ReturnShare, work: UnitOfWork) -> Share:
    """Have it voided as far as it was not taken yet, refunded otherwise.

    Where nothing was paid there is nothing to give back, and nothing is done.

    Raises:
        NotThere: there is no such vendor order, or it is not for the caller to see.
        RefundExceedsPaid: less than that was paid and not given back.
    """
    share = await Shares.of(work).of_vendor_order_locked(command.vendor_order_id)
    amount_minor, left = command.amount_minor, share.returnable_minor
    if command.is_capped:
        amount_minor = min(amount_minor, left)
    if share.authorized_minor == 0 or amount_minor == 0:
        return share
    if amount_minor > left:
        raise RefundExceedsPaid(f"At most {left} can be given back.", max=left)
    give_back(share, amount_minor, work)
    return share
