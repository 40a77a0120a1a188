"""Routes of a vendor's own products."""

from typing import Literal
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from plaza.read_models.vendor_products.document import OwnProductList, ShownProduct
from plaza.read_models.vendor_products.query import get_vendor_product, list_vendor_products
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest

MEMBER = member_with(*ROLES_WRITING_CATALOG, scope="catalog:read")

Status = Literal["draft", "published", "unpublished"]


@get(
    "/v1/vendors/{vendor:uuid}/products",
    operation_id="listVendorProducts",
    guards=[MEMBER],
    responses=answers(OwnProductList),
)
async def own_products(
    vendor: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[Status | None] = None,
) -> Response[bytes]:
    """The vendor's products, drafts too, with its own offers and stock."""
    headers = await answering.ready(request, "vendor_products")
    body = await list_vendor_products(
        answering.private, answering.cursors, vendor, status, limit, cursor
    )
    return private_answer(body, headers)


@get(
    "/v1/vendors/{vendor:uuid}/products/{product:uuid}",
    operation_id="getVendorProduct",
    guards=[MEMBER],
    responses=answers(ShownProduct),
)
async def own_product(
    vendor: FromPath[UUID],
    product: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """One of the vendor's products, with its own offers and stock."""
    headers = await answering.ready(request, "vendor_products")
    return private_answer(await get_vendor_product(answering.private, vendor, product), headers)


ROUTES = [own_products, own_product]
