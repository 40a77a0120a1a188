"""Routes that make and publish products."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from plaza.contexts.catalog.commands.draft_product import Drafted, ProductDescription
from plaza.contexts.catalog.http import ProductState, product_answer
from plaza.contexts.catalog.product import VARIANTS_MAX
from plaza.crossings.products.create_product import CreateProduct, NewVariant, create_product
from plaza.crossings.products.publish_product import PublishProduct, publish_product
from plaza.kernel.actor import Surface
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, answers
from plaza.writing.answer import Answer, answer_with

MEMBER = member_with(*ROLES_WRITING_CATALOG, scope="catalog:write")


class NewProduct(ProductDescription, frozen=True, kw_only=True, forbid_unknown_fields=True):
    variants: Annotated[list[NewVariant], Meta(min_length=1, max_length=VARIANTS_MAX)]


class CreatedVariant(msgspec.Struct, frozen=True):
    id: UUID
    offer_id: UUID


class CreatedProduct(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    version: int
    variants: list[CreatedVariant]


def created_answer(drafted: Drafted) -> Answer:
    variants = [CreatedVariant(offer.variant_id, offer.id) for offer in drafted.offers]
    product = drafted.product
    body = CreatedProduct(product.id, product.slug, product.version, variants)
    return answer_with(201, body, etag=f'"{product.version}"')


@post(
    "/v1/vendors/{vendor:uuid}/products",
    operation_id="createProduct",
    guards=[MEMBER],
    responses=answers(CreatedProduct, 201),
)
async def create(
    vendor: FromPath[UUID], data: JSONBody[NewProduct], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Describe a product and offer its variants, as a draft that only the vendor sees.

    Publish it next. 422 `invalid_variants`: option values have to fit `options`, each set once.
    """
    command = CreateProduct(vendor_id=vendor, **msgspec.structs.asdict(data))
    return await commanding.run(create_product, command, Surface(vendor_id=vendor), created_answer)


@post(
    "/v1/vendors/{vendor:uuid}/products/{product:uuid}/publish",
    operation_id="publishProduct",
    status_code=200,
    guards=[MEMBER],
    responses=answers(ProductState, also=IF_MATCH_OPTIONAL),
)
async def publish(
    vendor: FromPath[UUID],
    product: FromPath[UUID],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Put a product on the listing; it is found there milliseconds later.

    409 `vendor_not_approved`: until it is, the product stays a draft.
    """
    command = PublishProduct(vendor_id=vendor, product_id=product, version=commanding.version)
    return await commanding.run(publish_product, command, Surface(vendor_id=vendor), product_answer)


ROUTES = [create, publish]
