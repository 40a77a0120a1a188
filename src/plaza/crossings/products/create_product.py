"""A vendor creates a product: the catalogue describes it, the inventory opens its stock."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.catalog.commands.draft_product import (
    Drafted,
    DraftProduct,
    DraftVariant,
    ProductDescription,
    draft_product,
)
from plaza.contexts.catalog.product import VARIANTS_MAX
from plaza.contexts.inventory.commands.open_stock import Opening, OpenStock, open_stock
from plaza.contexts.inventory.stock import Quantity
from plaza.contexts.vendors.vendor import Vendors
from plaza.writing.unit_of_work import UnitOfWork


class NewVariant(DraftVariant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    stock: Quantity = 0


class CreateProduct(ProductDescription, frozen=True, kw_only=True):
    vendor_id: UUID
    variants: Annotated[list[NewVariant], Meta(min_length=1, max_length=VARIANTS_MAX)]


async def create_product(command: CreateProduct, work: UnitOfWork) -> Drafted:
    """Draft the product, and open the stock of each of its offers.

    Raises:
        UnknownCategory: there is no such category.
        InvalidVariants: their options do not fit the product's, or two are the same.
        InvalidPrice: no currency, two prices in one, or a comparison not above the price.
    """
    drafted = await draft_product(DraftProduct(**msgspec.structs.asdict(command)), work)
    # Its offers would be left over: what a vendor offers is withdrawn once, when it closes.
    await Vendors.of(work).find_open(command.vendor_id)
    openings = tuple(
        Opening(
            offer_id=offer.id,
            variant_id=offer.variant_id,
            product_id=offer.product_id,
            on_hand=variant.stock,
        )
        for offer, variant in zip(drafted.offers, command.variants, strict=True)
    )
    await open_stock(OpenStock(vendor_id=command.vendor_id, openings=openings), work)
    return drafted
