"""Routes of a vendor's stock."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from plaza.read_models.stock_overview.document import (
    LocationList,
    StockList,
    StockMovementList,
)
from plaza.read_models.stock_overview.query import (
    StockWanted,
    list_locations,
    list_stock,
    list_stock_movements,
)
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest

MEMBER = member_with(*ROLES_WRITING_CATALOG, scope="inventory:read")

Words = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=100, description="Part of the title or of the SKU"),
]
Low = Annotated[bool, QueryParameter(description="Only offers of which little is left")]
Place = Annotated[
    UUID | None, QueryParameter(description="Only offers that have stock at this location")
]


@get(
    "/v1/vendors/{vendor:uuid}/stock",
    operation_id="listStock",
    guards=[MEMBER],
    responses=answers(StockList),
)
async def stock(
    vendor: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    low: Low = False,  # noqa: FBT002  Litestar hands over parameters by name
    q: Words = None,
    location: Place = None,
) -> Response[bytes]:
    """How much there is of the vendor's offers, and where; withdrawn ones while any is left."""
    wanted = StockWanted(
        vendor_id=vendor,
        low_stock_at=request.app.state.settings.low_stock_at,
        low=low,
        q=q,
        location=location,
    )
    headers = await answering.ready(request, "stock_overview")
    body = await list_stock(answering.private, answering.cursors, wanted, limit, cursor)
    return private_answer(body, headers)


@get(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stock/movements",
    operation_id="listStockMovements",
    guards=[MEMBER],
    responses=answers(StockMovementList),
)
async def movements(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """What has happened to the stock of an offer, the newest first."""
    headers = await answering.ready(request, "stock_overview")
    body = await list_stock_movements(
        answering.private, answering.cursors, vendor, offer, limit, cursor
    )
    return private_answer(body, headers)


@get(
    "/v1/vendors/{vendor:uuid}/locations",
    operation_id="listLocations",
    guards=[MEMBER],
    responses=answers(LocationList),
)
async def locations(
    vendor: FromPath[UUID],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """Where the vendor's stock lies."""
    headers = await answering.ready(request, "stock_overview")
    body = await list_locations(answering.private, answering.cursors, vendor, limit, cursor)
    return private_answer(body, headers)


ROUTES = [stock, movements, locations]
