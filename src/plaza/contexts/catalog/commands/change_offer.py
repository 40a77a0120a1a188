"""Another price or SKU for an offer."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from plaza.contexts.catalog.offer import Offer, Offers
from plaza.kernel.money import Price
from plaza.kernel.text import Sku
from plaza.writing.unit_of_work import UnitOfWork


class ChangeOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A price is set in its own currency; what is not named stays as it is."""

    vendor_id: UUID
    offer_id: UUID
    version: int | None
    price: Price | None = None
    compare_at_price: Price | None | UnsetType = UNSET
    sku: Sku | None | UnsetType = UNSET


async def change_offer(command: ChangeOffer, work: UnitOfWork) -> Offer:
    offer = await Offers.of(work).of_vendor(command.offer_id, command.vendor_id)
    offer.expect(command.version)
    changed = offer.change(
        price=command.price, compare_at=command.compare_at_price, sku=command.sku
    )
    if changed is not None:
        work.publish(changed)
    return offer
