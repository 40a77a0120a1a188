"""A vendor no longer offers a variant."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.offer import Offer, Offers
from plaza.writing.unit_of_work import UnitOfWork


class WithdrawOffer(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    offer_id: UUID
    version: int | None


async def withdraw_offer(command: WithdrawOffer, work: UnitOfWork) -> Offer:
    offer = await Offers.of(work).of_vendor(command.offer_id, command.vendor_id)
    offer.expect(command.version)
    work.publish(offer.withdraw())
    return offer
