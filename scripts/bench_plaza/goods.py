"""The marketplace's goods as plaza shows them, in the rows of the usual way's tables."""

import asyncio
from collections.abc import Iterator, Sequence

import msgspec

from bench_plaza.keep_alive import Connection
from plaza.read_models.product_listing.document import ListedProduct, ProductList
from plaza.read_models.product_page.document import ProductPage, ShownOffer

READERS = 4
Row = dict[str, object]


class Goods(msgspec.Struct):
    """The rows of each table, by its name."""

    vendor: list[Row]
    category: list[Row]
    product: list[Row]
    variant: list[Row]
    offer: list[Row]


async def read_cards(port: int) -> list[ListedProduct]:
    """Every card of the list, newest first."""
    cards: list[ListedProduct] = []
    path = start = "/v1/products?limit=100"
    async with Connection(port) as connection:
        while True:
            page = (await connection.get(path)).document(ProductList)
            cards += page.items
            if page.next_cursor is None:
                return cards
            path = f"{start}&cursor={page.next_cursor}"


async def read_goods(port: int, cards: Sequence[ListedProduct]) -> Goods:
    """What stands behind the cards, from the products' pages."""
    shares = [cards[reader::READERS] for reader in range(READERS)]
    read = await asyncio.gather(*(_read_pages(port, share) for share in shares))
    pages = [page for share in read for page in share]
    offers = [(page, offer) for page in pages for offer in page.offers]
    vendors = {offer.vendor.id: offer.vendor for _, offer in offers}
    categories = {page.category.id: page.category for page in pages if page.category}
    pictures = {card.id: card.image for card in cards}
    currency = cards[0].price.currency
    return Goods(
        vendor=[msgspec.structs.asdict(vendor) for vendor in vendors.values()],
        category=[msgspec.structs.asdict(category) for category in categories.values()],
        product=[_product(page) | {"image": pictures[page.id]} for page in pages],
        variant=[row for page in pages for row in _variants(page)],
        offer=[row for page, offer in offers for row in _offers(page, offer, currency)],
    )


async def _read_pages(port: int, cards: Sequence[ListedProduct]) -> list[ProductPage]:
    async with Connection(port) as connection:
        return [
            (await connection.get(f"/v1/products/{card.slug}")).document(ProductPage)
            for card in cards
        ]


def _product(page: ProductPage) -> Row:
    return {
        "id": page.id,
        "slug": page.slug,
        "title": page.title,
        "brand": page.brand,
        "description": page.description,
        "status": "published",
        "rating_average": None,
        "rating_count": 0,
        "created_at": page.published_at,
        "vendor_id": page.offers[0].vendor_id,
        "category_id": page.category and page.category.id,
    }


def _variants(page: ProductPage) -> Iterator[Row]:
    for rank, variant in enumerate(page.variants):
        yield {"id": variant.id, "product_id": page.id, "rank": rank}


def _offers(page: ProductPage, offer: ShownOffer, currency: str) -> Iterator[Row]:
    """The offer's row, if it has a price in the currency of the list."""
    for price in offer.prices:
        if price.price.currency == currency:
            compare_at = price.compare_at_price
            yield {
                "id": offer.id,
                "variant_id": offer.variant_id,
                "vendor_id": offer.vendor_id,
                "sku": None,
                "price_minor": price.price.amount_minor,
                "compare_at_minor": compare_at and compare_at.amount_minor,
                "currency": currency,
                "stock": int(offer.in_stock),
                "created_at": page.published_at,
            }
