"""Which offer a card shows: in stock first, then the lowest price, then the oldest."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from plaza.kernel.money import Money
from plaza.read_models.product_listing.document import (
    Card,
    ListingParts,
    ListingRow,
    OfferPart,
)

Offered = tuple[UUID, OfferPart]


def listing_rows(product_id: UUID, parts: ListingParts) -> list[ListingRow]:
    """A row for each vendor and currency that the product can be bought in, best first."""
    if not parts.listed or parts.published_at is None:
        return []
    active = [(offer_id, part) for offer_id, part in parts.offers.items() if part.active]
    currencies = sorted({currency for _, part in active for currency in part.prices})
    return [row for currency in currencies for row in _rows_in(product_id, parts, currency, active)]


def _rows_in(
    product_id: UUID, parts: ListingParts, currency: str, active: list[Offered]
) -> Iterator[ListingRow]:
    priced = [offered for offered in active if currency in offered[1].prices]
    priced.sort(key=lambda offered: _preference(offered, currency))
    by_vendor: dict[UUID, list[Offered]] = {}
    for offered in priced:
        by_vendor.setdefault(offered[1].vendor_id, []).append(offered)
    assert parts.published_at is not None
    for rank, (vendor_id, offers) in enumerate(by_vendor.items()):
        offer_id, best = offers[0]
        yield ListingRow(
            product_id=product_id,
            currency=currency,
            rank=rank,
            vendor_id=vendor_id,
            category_id=parts.category_id,
            brand=parts.brand,
            price_minor=best.prices[currency][0],
            in_stock=best.in_stock,
            published_at=parts.published_at,
            vendor_count=len(by_vendor),
            offer_count=len(offers),
            price_max_minor=max(part.prices[currency][0] for _, part in offers),
            card=_card(product_id, parts, offer_id, best, currency),
        )


def _card(
    product_id: UUID, parts: ListingParts, offer_id: UUID, part: OfferPart, currency: str
) -> str:
    price_minor, compare_at_minor = part.prices[currency]
    card = Card(
        id=product_id,
        slug=parts.slug,
        title=parts.title,
        brand=parts.brand,
        offer_id=offer_id,
        price=Money(price_minor, currency),
        compare_at_price=_money(compare_at_minor, currency),
        in_stock=part.in_stock,
        image=parts.image,
    )
    return msgspec.json.encode(card).decode()


def _preference(offered: Offered, currency: str) -> tuple[bool, int, UUID]:
    """Ids sort by the time they were made, and in one order whoever has spoken first."""
    offer_id, part = offered
    return (not part.in_stock, part.prices[currency][0], offer_id)


def _money(amount_minor: int | None, currency: str) -> Money | None:
    return None if amount_minor is None else Money(amount_minor, currency)
