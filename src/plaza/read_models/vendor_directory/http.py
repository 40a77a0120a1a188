"""The directory's routes."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.read_models.vendor_directory.document import ShownVendor, VendorList
from plaza.read_models.vendor_directory.served_copy import served_copy, served_list
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering
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
    return await answering.served(request, served_list(answering.cursors, limit, cursor))


@get(
    "/v1/vendors/{vendor:str}",
    operation_id="getVendor",
    responses=answers(ShownVendor, also=(308,)),
)
async def vendor_page(
    vendor: FromPath[str],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """A vendor by its slug or its id; under a slug that it had before, where it is now."""
    return await answering.served(request, served_copy(vendor))


ROUTES = [vendor_list, vendor_page]
