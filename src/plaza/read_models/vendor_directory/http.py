"""The directory's routes."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.kernel.refusals import NotThere
from plaza.read_models.vendor_directory.document import ListedVendor, VendorList
from plaza.read_models.vendor_directory.query import Moved, get_vendor, list_vendors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import PUBLIC, Answering, public_answer
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


@get(
    "/v1/vendors/{vendor:str}",
    operation_id="getVendor",
    responses=answers(ListedVendor, also=(308,)),
)
async def vendor_page(
    vendor: FromPath[str],
    request: PlazaRequest,
    answering: NamedDependency[Answering],
) -> Response[bytes]:
    """A vendor by its slug or its id; under a slug that it had before, where it is now."""
    if "\0" in vendor:
        raise NotThere
    headers = await answering.ready(request, "vendor_directory")
    found = await get_vendor(answering.pool, vendor)
    if isinstance(found, Moved):
        moved = {"location": f"/v1/vendors/{found.slug}", "cache-control": PUBLIC}
        return Response(b"", status_code=308, headers=headers | moved)
    return public_answer(request, found, headers)


ROUTES = [vendor_list, vendor_page]
