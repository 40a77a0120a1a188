"""From the rows of the catalogue to everything that the demo marketplace will hold."""

from collections.abc import Iterable

from plaza.operations.demo.catalogue import CatalogueRow, read_catalogue
from plaza.operations.demo.categories import category_of, plan_categories
from plaza.operations.demo.descriptions import description_of
from plaza.operations.demo.facts import attributes_of
from plaza.operations.demo.figures import (
    former_price_minor_of,
    is_offered_twice,
    price_eur_minor_of,
    rival_price_minor_of,
    stock_of,
)
from plaza.operations.demo.planned import (
    PlannedMarketplace,
    PlannedOffer,
    PlannedProduct,
    PlannedVariant,
)
from plaza.operations.demo.titles import spelt_out, title_of
from plaza.operations.demo.variants import Family, families_of
from plaza.operations.demo.vendors import plan_vendors, rival_of, seller_of

_TITLE_LENGTH_MAX = 200


def plan_marketplace() -> PlannedMarketplace:
    """Plans the same marketplace, to the last byte, on every run and every Python."""
    products = tuple(_product(family) for family in families_of(read_catalogue()))
    return PlannedMarketplace(
        categories=plan_categories(),
        vendors=plan_vendors(),
        products=products,
        second_offers=tuple(_second_offers(products)),
    )


def _product(family: Family) -> PlannedProduct:
    first = family.members[0][1]
    leaf = category_of(first.wording)
    title = title_of(family.wording)[:_TITLE_LENGTH_MAX]
    attributes = attributes_of(spelt_out(family.wording), leaf, family.option)
    return PlannedProduct(
        vendor_slug=seller_of(leaf, first.sku),
        category_slug=leaf,
        title=title,
        description=description_of(title, leaf, attributes, family),
        attributes=attributes,
        options=(family.option,) if family.option else (),
        variants=tuple(_variant(family.option, value, row) for value, row in family.members),
    )


def _variant(option: str, value: str, row: CatalogueRow) -> PlannedVariant:
    return PlannedVariant(
        sku=row.sku,
        option_values={option: value} if option else {},
        price_minor=row.price_minor,
        price_eur_minor=price_eur_minor_of(row.sku, row.price_minor),
        compare_at_price_minor=former_price_minor_of(row.sku, row.price_minor),
        stock=stock_of(row.sku),
    )


def _second_offers(products: Iterable[PlannedProduct]) -> Iterable[PlannedOffer]:
    for product in products:
        for variant in product.variants:
            rival = rival_of(product.category_slug, variant.sku, product.vendor_slug)
            if rival and is_offered_twice(variant.sku):
                yield _second_offer(rival, variant)


def _second_offer(rival: str, variant: PlannedVariant) -> PlannedOffer:
    return PlannedOffer(
        vendor_slug=rival,
        sku=variant.sku,
        price_minor=rival_price_minor_of(variant.sku, variant.price_minor),
        stock=stock_of(f"{variant.sku} at {rival}"),
    )
