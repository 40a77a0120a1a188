"""A vendor's offers are withdrawn, some at a time."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.offer import Offers
from plaza.writing.unit_of_work import UnitOfWork

CHUNK = 50


class WithdrawOffers(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID


async def withdraw_offers(command: WithdrawOffers, work: UnitOfWork) -> bool:
    """Withdraw the next fifty of a vendor's active offers.

    Returns:
        Whether there may be more.
    """
    offers = await Offers.of(work).active_of_vendor(command.vendor_id, CHUNK)
    work.publish(*(offer.withdraw() for offer in offers))
    return len(offers) == CHUNK
