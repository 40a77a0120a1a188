"""The bestsellers' route."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from plaza.read_models.bestsellers.document import BestsellerList
from plaza.read_models.bestsellers.query import BestsellersWanted
from plaza.read_models.bestsellers.served_copy import served_copy
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering
from plaza.web.documenting import answers
from plaza.web.parameters import Limit
from plaza.web.request import PlazaRequest

Name = Annotated[
    str | None, QueryParameter(min_length=1, max_length=100, description="An id or a slug")
]
Code = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[A-Z]{3}\Z",
        description="ISO 4217; what has no price in it is left out. The marketplace's by default",
    ),
]


@get("/v1/products/bestsellers", operation_id="listBestsellers", responses=answers(BestsellerList))
async def bestseller_list(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    category: Name = None,
    currency: Code = None,
) -> Response[bytes]:
    """What was bought most, less what was canceled; a category includes those below it."""
    currency = currency or request.app.state.settings.currency
    wanted = BestsellersWanted(currency=currency, category=category, limit=limit)
    return await answering.served(request, served_copy(answering.sorted_reads, wanted))


ROUTES = [bestseller_list]
