"""Several products of one vendor in one transaction, each created and published."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.commands.draft_product import Drafted
from plaza.contexts.catalog.product import GivenPicture
from plaza.crossings.products.create_product import CreateProduct, NewVariant, create_product
from plaza.crossings.products.publish_product import PublishProduct, publish_product
from plaza.kernel.money import Price
from plaza.operations.demo.pictures import picture_urls
from plaza.operations.demo.planned import PlannedProduct, PlannedVariant
from plaza.writing.unit_of_work import UnitOfWork


class StockedVariant(msgspec.Struct, frozen=True):
    sku: str
    id: UUID


class StockShop(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    goods: tuple[tuple[UUID, PlannedProduct], ...]
    """Category and product."""


async def stock_shop(command: StockShop, work: UnitOfWork) -> list[StockedVariant]:
    stocked: list[StockedVariant] = []
    for category_id, planned in command.goods:
        drafted = await _create(command.vendor_id, category_id, planned, work)
        publication = PublishProduct(vendor_id=command.vendor_id, product_id=drafted.product.id)
        await publish_product(publication, work)
        skus = [variant.sku for variant in planned.variants]
        variants = [offer.variant_id for offer in drafted.offers]
        stocked += map(StockedVariant, skus, variants)
    return stocked


async def _create(
    vendor_id: UUID, category_id: UUID, planned: PlannedProduct, work: UnitOfWork
) -> Drafted:
    first = planned.variants[0]
    command = CreateProduct(
        vendor_id=vendor_id,
        title=planned.title,
        description=planned.description,
        category_id=category_id,
        attributes=planned.attributes,
        options=list(planned.options),
        media=[
            GivenPicture(url, planned.title)
            for url in picture_urls(planned.category_slug, first.sku)
        ],
        variants=[_variant(variant) for variant in planned.variants],
    )
    return await create_product(command, work)


def _variant(planned: PlannedVariant) -> NewVariant:
    compare_at, euros = planned.compare_at_price_minor, planned.price_eur_minor
    return NewVariant(
        sku=planned.sku,
        price=Price(planned.price_minor, "GBP"),
        compare_at_price=None if compare_at is None else Price(compare_at, "GBP"),
        other_prices=[] if euros is None else [Price(euros, "EUR")],
        option_values=planned.option_values,
        stock=planned.stock,
    )
