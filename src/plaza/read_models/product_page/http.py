"""The product page's route."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.read_models.product_page.document import ProductPage
from plaza.read_models.product_page.served_copy import served_copy
from plaza.web.answering import Answering
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest


@get("/v1/products/{product:str}", operation_id="getProduct", responses=answers(ProductPage))
async def product_page(
    product: FromPath[str],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """A product by its slug or its id."""
    return await answering.served(request, served_copy(product))


ROUTES = [product_page]
