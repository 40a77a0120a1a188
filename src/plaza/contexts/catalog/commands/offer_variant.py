"""A vendor offers a variant of a product that is there already."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.offer import Offer
from plaza.contexts.catalog.product import Products, Variant
from plaza.kernel.ids import new_id
from plaza.kernel.money import Price
from plaza.kernel.refusals import NotThere
from plaza.kernel.text import Sku
from plaza.writing.unit_of_work import UnitOfWork


class OfferVariant(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    variant_id: UUID
    price: Price
    compare_at_price: Price | None = None
    sku: Sku | None = None


async def offer_variant(command: OfferVariant, work: UnitOfWork) -> Offer:
    variant = await work.session.get(Variant, command.variant_id)
    if variant is None:
        raise NotThere
    product = await Products.of(work).find(variant.product_id)
    # Another vendor's product may be offered once it is there for all to see.
    if product.vendor_id != command.vendor_id and product.status != "published":
        raise NotThere
    offer = Offer(
        id=new_id(),
        vendor_id=command.vendor_id,
        product_id=product.id,
        variant_id=variant.id,
        sku=command.sku,
        prices=[],
    )
    offer.set_price(command.price, command.compare_at_price)
    work.publish(offer.create())
    work.session.add(offer)
    await work.flush()
    return offer
