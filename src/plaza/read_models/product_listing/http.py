"""The listing's route."""

from typing import Annotated

import asyncpg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from plaza.kernel.money import CurrencyCode, PriceMinor
from plaza.read_models.product_listing.query import ProductsWanted, Sort, list_products
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT, Limit
from plaza.settings import Settings
from plaza.web.answering import Answering, public_answer
from plaza.web.request import PlazaRequest

Name = Annotated[str, Meta(min_length=1, max_length=100)]


@get("/v1/products", operation_id="listProducts")
async def product_list(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    pool: NamedDependency[asyncpg.Pool],
    cursors: NamedDependency[Cursors],
    settings: NamedDependency[Settings],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    cursor: FromQuery[str | None] = None,
    category: FromQuery[Name | None] = None,
    vendor: FromQuery[Name | None] = None,
    price_min: FromQuery[PriceMinor | None] = None,
    price_max: FromQuery[PriceMinor | None] = None,
    in_stock: FromQuery[bool | None] = None,
    currency: FromQuery[CurrencyCode | None] = None,
    sort: FromQuery[Sort] = "newest",
) -> Response[bytes]:
    """Products on sale; `price_min` and `price_max` are in the currency's minor unit."""
    wanted = ProductsWanted(
        currency=currency or settings.currency,
        category=category,
        vendor=vendor,
        price_min=price_min,
        price_max=price_max,
        in_stock=in_stock,
        sort=sort,
    )
    headers = await answering.ready(request, "product_listing")
    body = await list_products(pool, cursors, wanted, limit, cursor)
    return public_answer(request, body, headers)


ROUTES = [product_list]
