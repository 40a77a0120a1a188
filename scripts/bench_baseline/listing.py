"""What the list answers: the fields that plaza's `listProducts` has."""

from typing import Self
from uuid import UUID

from bench_baseline.tables import Offer, Product
from pydantic import BaseModel, ConfigDict


class Money(BaseModel):
    amount_minor: int
    currency: str


class Rating(BaseModel):
    average: float | None
    count: int


class Named(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: str


class ListedProduct(BaseModel):
    id: UUID
    slug: str
    title: str
    brand: str | None
    category: Named | None
    vendor: Named
    offer_id: UUID
    price: Money
    compare_at_price: Money | None
    price_max: Money
    offer_count: int
    in_stock: bool
    rating: Rating
    image: str | None

    @classmethod
    def of(cls, product: Product) -> Self:
        offers = [offer for variant in product.variants for offer in variant.offers]
        shown = min(offers, key=_rank)
        dearest = max(offers, key=lambda offer: offer.price_minor)
        return cls(
            id=product.id,
            slug=product.slug,
            title=product.title,
            brand=product.brand,
            category=product.category and Named.model_validate(product.category),
            vendor=Named.model_validate(shown.vendor),
            offer_id=shown.id,
            price=Money(amount_minor=shown.price_minor, currency=shown.currency),
            compare_at_price=_compare_at(shown),
            price_max=Money(amount_minor=dearest.price_minor, currency=dearest.currency),
            offer_count=len(offers),
            in_stock=shown.stock > 0,
            rating=Rating(average=product.rating_average, count=product.rating_count),
            image=product.image,
        )


class ProductList(BaseModel):
    items: list[ListedProduct]
    next_cursor: str | None


def _rank(offer: Offer) -> tuple[object, ...]:
    """In stock first, then the lowest price, then the oldest."""
    return (offer.stock <= 0, offer.price_minor, offer.created_at, offer.id)


def _compare_at(offer: Offer) -> Money | None:
    if offer.compare_at_minor is None:
        return None
    return Money(amount_minor=offer.compare_at_minor, currency=offer.currency)
