"""An owner asks somebody to work for the vendor."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import Invitation, revoke_open
from plaza.contexts.vendors.member import Role
from plaza.contexts.vendors.vendor import Vendors
from plaza.kernel.text import EmailText
from plaza.writing.unit_of_work import UnitOfWork


class InviteMember(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    email: EmailText
    role: Role
    invited_by: UUID


async def invite_member(command: InviteMember, work: UnitOfWork) -> Invitation:
    """Invite the holder of an address, whether or not there is an account of it."""
    (await Vendors.of(work).find_locked(command.vendor_id)).require_open()
    await revoke_open(command.vendor_id, command.email, work)
    invitation, invited = Invitation.invite(
        command.vendor_id,
        email=command.email,
        role=command.role,
        invited_by=command.invited_by,
        now=work.now,
    )
    work.session.add(invitation)
    work.publish(invited)
    return invitation
