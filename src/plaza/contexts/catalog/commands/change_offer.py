"""Another price or SKU for an offer."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from plaza.contexts.catalog.offer import Offer, Offers
from plaza.kernel.money import Price
from plaza.kernel.text import Sku
from plaza.writing.unit_of_work import UnitOfWork


class ChangeOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A price is set in its own currency; the comparison goes with it, or is set alone."""

    vendor_id: UUID
    offer_id: UUID
    version: int | None
    price: Price | None = None
    compare_at_price: Price | None | UnsetType = UNSET
    sku: Sku | None | UnsetType = UNSET


async def change_offer(command: ChangeOffer, work: UnitOfWork) -> Offer:
    offer = await Offers.of(work).of_vendor(command.offer_id, command.vendor_id)
    offer.expect(command.version)
    if command.price is not None:
        offer.set_price(command.price, command.compare_at_price or None)
    elif command.compare_at_price is not UNSET:
        offer.compare_at(command.compare_at_price)
    if command.sku is not UNSET:
        offer.sku = command.sku
    work.publish(offer.change())
    return offer
