"""Routes by which operators invite those who are to answer for a vendor."""

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.contexts.vendors.commands.invite_owner import InviteOwner, invite_owner
from plaza.contexts.vendors.commands.invite_vendor import InviteVendor, invite_vendor
from plaza.contexts.vendors.http import VendorState, vendor_answer
from plaza.kernel.actor import MARKET
from plaza.kernel.money import CurrencyCode
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.settings import Settings
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, answers


class VendorInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is not known yet, the owner can say."""

    email: EmailText
    name: Name = "New vendor"
    country: Country | None = None
    currency: CurrencyCode | None = None
    """The marketplace's, if it is not said."""
    description: Paragraphs = ""
    slug: Slug | None = None


class OwnerInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: EmailText
    """It is the vendor's contact address from then on; the new owner can say another."""


@post(
    "/v1/operations/vendors/invite",
    operation_id="inviteVendor",
    guards=[operator_only],
    responses=answers(VendorState, 201),
)
async def invite(
    data: JSONBody[VendorInvitation],
    commanding: NamedDependency[Commanding],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Sends a mail; whoever accepts becomes the owner."""
    command = InviteVendor(
        email=data.email,
        name=data.name,
        country=data.country,
        currency=data.currency or settings.currency,
        description=data.description,
        slug=data.slug,
        invited_by=commanding.caller.account_id,
    )
    return await commanding.run(invite_vendor, command, MARKET, vendor_answer(201))


@post(
    "/v1/operations/vendors/{vendor:uuid}/invite",
    operation_id="inviteOwner",
    status_code=200,
    guards=[operator_only],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def invite_to_own(
    vendor: FromPath[UUID],
    data: JSONBody[OwnerInvitation],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """For a vendor that has no owner: its invitation was lost, or its owner has left.

    What was sent before is good no more.
    """
    command = InviteOwner(
        vendor_id=vendor,
        email=data.email,
        invited_by=commanding.caller.account_id,
        version=commanding.version,
    )
    return await commanding.run(invite_owner, command, MARKET, vendor_answer(200))


ROUTES = [invite, invite_to_own]
