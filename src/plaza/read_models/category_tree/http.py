"""The tree's route."""

from litestar import Response, get
from litestar.di import NamedDependency

from plaza.read_models.category_tree.document import CategoryList
from plaza.read_models.category_tree.served_copy import TREE
from plaza.web.answering import Answering
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest


@get("/v1/categories", operation_id="listCategories", responses=answers(CategoryList))
async def category_list(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """All categories as a tree, with the products on sale below each."""
    return await answering.served(request, TREE)


ROUTES = [category_list]
