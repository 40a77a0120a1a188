"""Routes that make offers."""

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.contexts.catalog.offer import Offer
from plaza.contexts.inventory.stock import Quantity
from plaza.crossings.offers.create_offer import CreateOffer, create_offer
from plaza.kernel.actor import Surface
from plaza.kernel.money import Price
from plaza.kernel.text import Sku
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class NewOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    variant_id: UUID
    price: Price
    compare_at_price: Price | None = None
    sku: Sku | None = None
    stock: Quantity = 0


class CreatedOffer(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID
    variant_id: UUID
    version: int


def created_answer(offer: Offer) -> Answer:
    body = CreatedOffer(offer.id, offer.product_id, offer.variant_id, offer.version)
    return answer_with(201, body, etag=f'"{offer.version}"')


@post(
    "/v1/vendors/{vendor:uuid}/offers",
    operation_id="createOffer",
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="catalog:write")],
    responses=answers(CreatedOffer, 201),
)
async def create(
    vendor: FromPath[UUID], data: JSONBody[NewOffer], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Sell a variant that is in the catalogue already, as one offer beside others.

    409 `already_offered`: change that offer. 422 `invalid_price`: not a currency, or
    `compare_at_price` is not above `price`. 409 `vendor_closed`: it sells nothing more.
    """
    command = CreateOffer(vendor_id=vendor, **msgspec.structs.asdict(data))
    return await commanding.run(create_offer, command, Surface(vendor_id=vendor), created_answer)


ROUTES = [create]
