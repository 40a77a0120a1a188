"""The listing's route."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from plaza.kernel.money import PRICE_MINOR_MAX
from plaza.read_models.product_listing.document import ProductList
from plaza.read_models.product_listing.query import ProductsWanted, Sort
from plaza.read_models.product_listing.served_copy import served_copy
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest

Name = Annotated[
    str | None, QueryParameter(min_length=1, max_length=100, description="An id or a slug")
]
Amount = Annotated[
    int | None,
    QueryParameter(ge=0, le=PRICE_MINOR_MAX, description="In the currency's minor unit"),
]
Code = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[A-Z]{3}\Z",
        description="ISO 4217; what has no price in it is not listed. The marketplace's by default",
    ),
]


@get("/v1/products", operation_id="listProducts", responses=answers(ProductList))
async def product_list(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    category: Name = None,
    vendor: Name = None,
    price_min: Amount = None,
    price_max: Amount = None,
    in_stock: FromQuery[bool | None] = None,
    currency: Code = None,
    sort: FromQuery[Sort] = "newest",
) -> Response[bytes]:
    """Products on sale, one card each; a category includes those below it."""
    wanted = ProductsWanted(
        currency=currency or request.app.state.settings.currency,
        category=category,
        vendor=vendor,
        price_min=price_min,
        price_max=price_max,
        in_stock=in_stock,
        sort=sort,
    )
    return await answering.served(request, served_copy(answering.cursors, wanted, limit, cursor))


ROUTES = [product_list]
