"""Routes that change categories, products and offers of one owner."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from plaza.contexts.catalog.category import Category
from plaza.contexts.catalog.commands.change_category import ChangeCategory, change_category
from plaza.contexts.catalog.commands.change_offer import ChangeOffer, change_offer
from plaza.contexts.catalog.commands.change_product import ChangeProduct, change_product
from plaza.contexts.catalog.commands.create_category import (
    CreateCategory,
    Rank,
    create_category,
)
from plaza.contexts.catalog.commands.unpublish_product import (
    UnpublishProduct,
    unpublish_product,
)
from plaza.contexts.catalog.commands.withdraw_offer import WithdrawOffer, withdraw_offer
from plaza.contexts.catalog.offer import Offer, OfferPrice
from plaza.contexts.catalog.product import Description, Media, Product, ProductAttributes
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.money import Money, Price
from plaza.kernel.text import Name, Paragraphs, ShortText, Sku, Slug, Title
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with, operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, IF_MATCH_REQUIRED, answers
from plaza.writing.answer import Answer, answer_with

MEMBER = member_with(*ROLES_WRITING_CATALOG, scope="catalog:write")


class NewCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    slug: Slug | None = None
    parent_id: UUID | None = None
    rank: Rank = 0


class CategoryPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    rank: Rank | UnsetType = UNSET


class ProductPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Title | UnsetType = UNSET
    description: Paragraphs | UnsetType = UNSET
    category_id: UUID | None | UnsetType = UNSET
    brand: ShortText | None | UnsetType = UNSET
    attributes: ProductAttributes | UnsetType = UNSET
    media: Media | UnsetType = UNSET


class OfferPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    price: Price | UnsetType = UNSET
    compare_at_price: Price | None | UnsetType = UNSET
    sku: Sku | None | UnsetType = UNSET


class CategoryState(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str
    parent_id: UUID | None
    rank: int
    version: int


class ProductState(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    status: str
    version: int


class PricedIn(msgspec.Struct, frozen=True):
    """What the offer costs in one currency."""

    amount_minor: int
    currency: str
    compare_at_price: Money | None
    """What the price is shown beside, as what it was."""


class OfferState(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str | None
    status: str
    prices: list[PricedIn]
    version: int


def _given(patch_body: msgspec.Struct) -> dict[str, Any]:
    """The fields that the client sent."""
    fields = msgspec.structs.asdict(patch_body)
    return {name: value for name, value in fields.items() if value is not UNSET}


def _category_answer(status: int) -> Any:
    def answer(category: Category) -> Answer:
        state = CategoryState(
            id=category.id,
            slug=category.slug,
            name=category.name,
            parent_id=category.parent_id,
            rank=category.rank,
            version=category.version,
        )
        return answer_with(status, state, etag=f'"{category.version}"')

    return answer


def product_answer(product: Product) -> Answer:
    """The product's present state."""
    state = ProductState(product.id, product.slug, product.status, product.version)
    return answer_with(200, state, etag=f'"{product.version}"')


def _priced_in(price: OfferPrice) -> PricedIn:
    compare_at = None
    if price.compare_at_amount_minor is not None:
        compare_at = Money(price.compare_at_amount_minor, price.currency)
    return PricedIn(price.amount_minor, price.currency, compare_at)


def _offer_answer(offer: Offer) -> Answer:
    state = OfferState(
        id=offer.id,
        product_id=offer.product_id,
        variant_id=offer.variant_id,
        sku=offer.sku,
        status=offer.status,
        prices=[_priced_in(price) for price in offer.prices],
        version=offer.version,
    )
    return answer_with(200, state, etag=f'"{offer.version}"')


@post(
    "/v1/categories",
    operation_id="createCategory",
    guards=[operator_only],
    responses=answers(CategoryState, 201),
)
async def create(
    data: JSONBody[NewCategory], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Add a category to the tree, below `parent_id` or at the top.

    Without `slug` it gets one made of its name; 409 `slug_taken`: choose one.
    """
    command = CreateCategory(**msgspec.structs.asdict(data))
    return await commanding.run(create_category, command, MARKET, _category_answer(201))


@patch(
    "/v1/categories/{category:uuid}",
    operation_id="changeCategory",
    guards=[operator_only],
    responses=answers(CategoryState, also=IF_MATCH_REQUIRED),
)
async def change_a_category(
    category: FromPath[UUID],
    data: JSONBody[CategoryPatch],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Give a category another name, slug or rank among those beside it."""
    command = ChangeCategory(category_id=category, version=commanding.version, **_given(data))
    return await commanding.run(change_category, command, MARKET, _category_answer(200))


@patch(
    "/v1/vendors/{vendor:uuid}/products/{product:uuid}",
    operation_id="changeProduct",
    guards=[MEMBER],
    responses=answers(ProductState, also=IF_MATCH_REQUIRED),
)
async def change_a_product(
    vendor: FromPath[UUID],
    product: FromPath[UUID],
    data: JSONBody[ProductPatch],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Change what is said of a product; what is left out stays."""
    command = ChangeProduct(
        vendor_id=vendor,
        product_id=product,
        version=commanding.version,
        description=Description(**_given(data)),
    )
    return await commanding.run(change_product, command, Surface(vendor_id=vendor), product_answer)


@post(
    "/v1/vendors/{vendor:uuid}/products/{product:uuid}/unpublish",
    operation_id="unpublishProduct",
    status_code=200,
    guards=[MEMBER],
    responses=answers(ProductState, also=IF_MATCH_OPTIONAL),
)
async def unpublish(
    vendor: FromPath[UUID],
    product: FromPath[UUID],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Take a product off the listing; it can be published again."""
    command = UnpublishProduct(vendor_id=vendor, product_id=product, version=commanding.version)
    return await commanding.run(
        unpublish_product, command, Surface(vendor_id=vendor), product_answer
    )


@patch(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}",
    operation_id="changeOffer",
    guards=[MEMBER],
    responses=answers(OfferState, also=IF_MATCH_REQUIRED),
)
async def change_an_offer(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[OfferPatch],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Change the price, the SKU or what the price is compared with.

    What is left out stays; a comparison that the price is not below any more goes. Carts show the
    change as a problem, orders keep their price.
    """
    command = ChangeOffer(
        vendor_id=vendor, offer_id=offer, version=commanding.version, **_given(data)
    )
    return await commanding.run(change_offer, command, Surface(vendor_id=vendor), _offer_answer)


@delete(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}",
    operation_id="withdrawOffer",
    status_code=200,
    guards=[MEMBER],
    responses=answers(OfferState, also=IF_MATCH_REQUIRED),
)
async def withdraw(
    vendor: FromPath[UUID], offer: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Sell it no longer, for good; of the same variant a new offer can be made."""
    command = WithdrawOffer(vendor_id=vendor, offer_id=offer, version=commanding.version)
    return await commanding.run(withdraw_offer, command, Surface(vendor_id=vendor), _offer_answer)


ROUTES = [create, change_a_category, change_a_product, unpublish, change_an_offer, withdraw]
