"""An operator asks somebody to answer for a vendor for which nobody does."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import Invitation, checked_email, revoke_all
from plaza.contexts.vendors.member import refuse_owned
from plaza.contexts.vendors.vendor import Profile, Vendor, Vendors
from plaza.kernel.text import EmailText
from plaza.writing.unit_of_work import UnitOfWork


class InviteOwner(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    email: EmailText
    invited_by: UUID | None
    version: int | None = None
    """The version that the caller read; checked where given."""


async def invite_owner(command: InviteOwner, work: UnitOfWork) -> Vendor:
    """Invite anew whose invitation was lost, or a successor of an owner who has left.

    The last mail alone is good, and its address is where the vendor is reached from now on.
    """
    vendor = await Vendors.of(work).find_locked(command.vendor_id)
    vendor.expect_if_given(command.version)
    vendor.require_open()
    await refuse_owned(vendor.id, work)
    await revoke_all(vendor.id, work)
    email = checked_email(command.email)
    if email != vendor.contact_email:
        work.publish(vendor.change(Profile(contact_email=email)))
    invitation, invited = Invitation.invite(
        vendor.id, email=email, role="owner", invited_by=command.invited_by, now=work.now
    )
    work.session.add(invitation)
    work.publish(invited)
    return vendor
