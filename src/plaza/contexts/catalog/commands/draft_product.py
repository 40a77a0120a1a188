"""A product is described, with its variants and the author's offers of them."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.catalog.category import Categories
from plaza.contexts.catalog.offer import InvalidPrice, Offer
from plaza.contexts.catalog.product import (
    VARIANTS_MAX,
    GivenPicture,
    Media,
    Options,
    OptionValues,
    Product,
    ProductAttributes,
    Variant,
)
from plaza.kernel.ids import new_id
from plaza.kernel.money import Price
from plaza.kernel.text import Paragraphs, ShortText, Sku, Title, slug_of
from plaza.writing.unit_of_work import UnitOfWork

WeightGrams = Annotated[int, Meta(ge=0, le=100_000_000)]
SLUG_SUFFIX_LENGTH = 8


class DraftVariant(msgspec.Struct, frozen=True, kw_only=True):
    price: Price
    compare_at_price: Price | None = None
    other_prices: Annotated[list[Price], Meta(max_length=20)] = []
    sku: Sku | None = None
    option_values: OptionValues = {}
    barcode: ShortText | None = None
    weight_grams: WeightGrams | None = None


class ProductDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a product when it is made."""

    title: Title
    description: Paragraphs = ""
    category_id: UUID | None = None
    brand: ShortText | None = None
    attributes: ProductAttributes = {}
    options: Options = []
    media: Media = []


class DraftProduct(ProductDescription, frozen=True, kw_only=True):
    vendor_id: UUID
    variants: Annotated[list[DraftVariant], Meta(min_length=1, max_length=VARIANTS_MAX)]


class Drafted(msgspec.Struct, frozen=True):
    """The product and its offers, in the order of the variants."""

    product: Product
    offers: list[Offer]


async def draft_product(command: DraftProduct, work: UnitOfWork) -> Drafted:
    if command.category_id is not None:
        await Categories.of(work).require(command.category_id)
    product = _product_of(command)
    created = product.draft()
    offers = [
        _offer_of(variant, product.id, drafted)
        for variant, drafted in zip(product.variants, command.variants, strict=True)
    ]
    work.publish(created, *(offer.create() for offer in offers))
    work.session.add(product)
    await work.flush()
    work.session.add_all(offers)
    await work.flush()
    return Drafted(product, offers)


def _product_of(command: DraftProduct) -> Product:
    product_id = new_id()
    variants = [
        Variant(
            id=new_id(),
            product_id=product_id,
            vendor_id=command.vendor_id,
            option_values=drafted.option_values,
            barcode=drafted.barcode,
            weight_grams=drafted.weight_grams,
            rank=rank,
        )
        for rank, drafted in enumerate(command.variants)
    ]
    return Product(
        id=product_id,
        vendor_id=command.vendor_id,
        category_id=command.category_id,
        slug=f"{slug_of(command.title)}-{product_id.hex[-SLUG_SUFFIX_LENGTH:]}",
        title=command.title,
        description=command.description,
        brand=command.brand,
        attributes=command.attributes,
        options=command.options,
        media=[_picture(picture) for picture in command.media],
        published_at=None,
        variants=variants,
    )


def _offer_of(variant: Variant, product_id: UUID, drafted: DraftVariant) -> Offer:
    offer = Offer(
        id=new_id(),
        vendor_id=variant.vendor_id,
        product_id=product_id,
        variant_id=variant.id,
        sku=drafted.sku,
        prices=[],
    )
    currencies = [price.currency for price in (drafted.price, *drafted.other_prices)]
    if len(set(currencies)) != len(currencies):
        raise InvalidPrice("A variant has two prices in one currency.")
    offer.set_price(drafted.price, drafted.compare_at_price)
    for price in drafted.other_prices:
        offer.set_price(price, None)
    return offer


def _picture(picture: GivenPicture) -> dict[str, str]:
    return {"url": picture.url, "alt": picture.alt}
