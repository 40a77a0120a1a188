"""The operators' list of vendors."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from plaza.read_models.vendor_applications.contacts import Contacts
from plaza.read_models.vendor_applications.document import Status, VendorApplicationList
from plaza.read_models.vendor_applications.query import list_vendor_applications
from plaza.reading.page import LIMIT_DEFAULT
from plaza.web.answering import Answering, private_answer
from plaza.web.authentication import operator_only
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest


@get(
    "/v1/operations/vendors",
    operation_id="listVendorApplications",
    guards=[operator_only],
    responses=answers(VendorApplicationList),
)
async def applications(
    request: PlazaRequest,
    answering: NamedDependency[Answering],
    contacts: NamedDependency[Contacts],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[Status | None] = None,
) -> Response[bytes]:
    """Vendors in every standing, with the reason of it; those that came first first."""
    headers = await answering.ready(request, "vendor_applications")
    body = await list_vendor_applications(
        answering.private, contacts, answering.cursors, status, limit, cursor
    )
    return private_answer(body, headers)


ROUTES = [applications]
