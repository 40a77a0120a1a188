"""Somebody takes the place that an invitation keeps for them."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import InvalidInvitation, find_invitation
from plaza.contexts.vendors.member import AlreadyMember, Member
from plaza.contexts.vendors.requirement import any_requirements
from plaza.kernel.refusals import NotThere
from plaza.kernel.text import EmailText
from plaza.writing.unit_of_work import UnitOfWork


class JoinVendor(msgspec.Struct, frozen=True, kw_only=True):
    invitation_id: UUID
    account_id: UUID
    email: EmailText
    """The account's address, which is known to be its holder's."""


async def join_vendor(command: JoinVendor, work: UnitOfWork) -> Member:
    """Make the account a member; the first one of an invited vendor takes it on from there."""
    try:
        invitation, vendor = await find_invitation(command.invitation_id, work)
    except NotThere as error:
        raise InvalidInvitation("Ask for another one.") from error
    accepted = invitation.accept(command.email, work.now)
    vendor.require_open()
    if await work.session.get(Member, (vendor.id, command.account_id)) is not None:
        raise AlreadyMember("Its owner can change the role.")
    member, joined = Member.join(vendor.id, command.account_id, invitation.role)
    work.session.add(member)
    work.publish(accepted, joined)
    if vendor.status == "invited":
        onboards = await any_requirements(work)
        work.publish(vendor.begin_onboarding() if onboards else vendor.apply())
    return member
