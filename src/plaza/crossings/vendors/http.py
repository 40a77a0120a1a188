"""Routes about vendors that concern their owners' accounts too."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.vendors.http import VendorState, vendor_answer
from plaza.crossings.vendors.apply_as_vendor import ApplyAsVendor, apply_as_vendor
from plaza.kernel.actor import Surface
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers


class VendorApplication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    country: Country
    currency: CurrencyCode
    contact_email: EmailText
    description: Paragraphs = ""
    slug: Slug | None = None


@post(
    "/v1/vendors",
    operation_id="applyAsVendor",
    guards=[authenticated],
    responses=answers(VendorState, 201),
)
async def apply(
    data: JSONBody[VendorApplication], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Apply to sell here; who applies becomes the owner.

    The vendor can write its catalogue from now on, and publish once it is approved. Where its
    `status` is `onboarding`, answer what is required and submit it.
    """
    account_id = commanding.caller.account_id
    command = ApplyAsVendor(
        vendor_id=new_id(), owner_account_id=account_id, **msgspec.structs.asdict(data)
    )
    surface = Surface(vendor_id=command.vendor_id, account_id=account_id)
    return await commanding.run(apply_as_vendor, command, surface, vendor_answer(201))


ROUTES = [apply]
