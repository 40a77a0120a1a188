"""The directory's routes."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.kernel.refusals import NotThere
from plaza.read_models.vendor_directory.document import ListedVendor, VendorList
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, public_answer
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest


@get("/v1/vendors", operation_id="listVendors", responses=answers(VendorList))
async def vendor_list(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """Vendors that sell now, by name."""
    headers = await answering.ready(request, "vendor_directory")
    return public_answer(
        request, await list_vendors(answering.pool, answering.cursors, limit, cursor), headers
    )


@get("/v1/vendors/{name:str}", operation_id="getVendor", responses=answers(ListedVendor))
async def vendor_page(
    name: FromPath[str],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """A vendor by its slug or its id."""
    if "\0" in name:
        raise NotThere
    headers = await answering.ready(request, "vendor_directory")
    return public_answer(request, await get_vendor(answering.pool, name), headers)


ROUTES = [vendor_list, vendor_page]
