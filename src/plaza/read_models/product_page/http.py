"""The product page's route."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.kernel.refusals import NotThere
from plaza.read_models.product_page.document import ProductPage
from plaza.read_models.product_page.query import get_product
from plaza.web.answering import Answering, public_answer
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest


@get("/v1/products/{product:str}", operation_id="getProduct", responses=answers(ProductPage))
async def product_page(
    product: FromPath[str],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """A product by its slug or its id."""
    if "\0" in product:
        raise NotThere
    headers = await answering.ready(request, "product_page")
    return public_answer(request, await get_product(answering.pool, product), headers)


ROUTES = [product_page]
