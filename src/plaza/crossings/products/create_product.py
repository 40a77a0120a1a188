"""A vendor creates a product: the catalogue describes it, the inventory opens its stock."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.catalog.commands.draft_product import (
    Drafted,
    DraftProduct,
    DraftVariant,
    draft_product,
)
from plaza.contexts.catalog.product import VARIANTS_MAX, Media, Options, ProductAttributes
from plaza.contexts.inventory.commands.open_stock import Opening, OpenStock, open_stock
from plaza.contexts.inventory.stock import Quantity
from plaza.kernel.text import Paragraphs, ShortText, Title
from plaza.writing.unit_of_work import UnitOfWork


class NewVariant(DraftVariant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    stock: Quantity = 0


class CreateProduct(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    title: Title
    description: Paragraphs = ""
    category_id: UUID | None = None
    brand: ShortText | None = None
    attributes: ProductAttributes = {}
    options: Options = []
    media: Media = []
    variants: Annotated[list[NewVariant], Meta(min_length=1, max_length=VARIANTS_MAX)]


async def create_product(command: CreateProduct, work: UnitOfWork) -> Drafted:
    drafted = await draft_product(DraftProduct(**msgspec.structs.asdict(command)), work)
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
