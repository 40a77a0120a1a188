"""The suggestions' route."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from plaza.read_models.product_suggestions.document import SuggestionList
from plaza.read_models.product_suggestions.served_copy import served_copy
from plaza.web.answering import Answering
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest

Typed = Annotated[
    str,
    QueryParameter(
        name="q",
        min_length=1,
        max_length=100,
        description="The beginning of a title, or of a later word of it",
    ),
]


@get("/v1/products/suggest", operation_id="suggestProducts", responses=answers(SuggestionList))
async def suggestions(
    typed: Typed, request: PlazaRequest, answering: NamedDependency[Answering]
) -> Response[bytes]:
    """Ten titles on sale that go on from there, at most; neither case nor accents matter."""
    return await answering.served(request, served_copy(answering.sorted_reads, typed))


ROUTES = [suggestions]
