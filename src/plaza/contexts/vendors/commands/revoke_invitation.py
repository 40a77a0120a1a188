"""An owner takes an invitation back."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import Invitation, find_invitation
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class RevokeInvitation(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    invitation_id: UUID


async def revoke_invitation(command: RevokeInvitation, work: UnitOfWork) -> Invitation:
    invitation, _ = await find_invitation(command.invitation_id, work)
    if invitation.vendor_id != command.vendor_id:
        raise NotThere
    revoked = invitation.revoke(work.now)
    if revoked is not None:
        work.publish(revoked)
    return invitation
