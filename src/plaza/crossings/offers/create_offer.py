"""A vendor offers a variant that is there already, and says how many it has of it."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.commands.offer_variant import OfferVariant, offer_variant
from plaza.contexts.catalog.offer import Offer
from plaza.contexts.inventory.commands.open_stock import Opening, OpenStock, open_stock
from plaza.contexts.inventory.stock import Quantity
from plaza.contexts.vendors.vendor import Vendors
from plaza.kernel.money import Price
from plaza.kernel.text import Sku
from plaza.writing.unit_of_work import UnitOfWork


class CreateOffer(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    variant_id: UUID
    price: Price
    compare_at_price: Price | None = None
    sku: Sku | None = None
    stock: Quantity = 0


async def create_offer(command: CreateOffer, work: UnitOfWork) -> Offer:
    """Offer the variant, and open its stock at the vendor's default location.

    Raises:
        NotThere: there is no such variant, or only its own vendor may see it yet.
        InvalidPrice: no currency, or a comparison that is not above the price.
    """
    offered = OfferVariant(
        vendor_id=command.vendor_id,
        variant_id=command.variant_id,
        price=command.price,
        compare_at_price=command.compare_at_price,
        sku=command.sku,
    )
    offer = await offer_variant(offered, work)
    # Or it would be left over: what a vendor offers is withdrawn once, when it closes.
    await Vendors.of(work).find_open(command.vendor_id)
    opening = Opening(
        offer_id=offer.id,
        variant_id=offer.variant_id,
        product_id=offer.product_id,
        on_hand=command.stock,
    )
    await open_stock(OpenStock(vendor_id=command.vendor_id, openings=(opening,)), work)
    return offer
