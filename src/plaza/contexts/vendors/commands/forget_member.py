"""Somebody leaves the marketplace: no vendor knows them any more."""

from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select

from plaza.contexts.vendors.invitation import Invitation, revoke_sent
from plaza.contexts.vendors.member import Member
from plaza.kernel.text import normalized_email
from plaza.writing.unit_of_work import UnitOfWork


class ForgetMember(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    email: str


async def forget_member(command: ForgetMember, work: UnitOfWork) -> None:
    """Take them out of every vendor, and their address out of every invitation.

    Those that they have sent are taken back; the vendors that they own are locked.
    """
    own = select(Member).where(Member.account_id == command.account_id)
    for member in await work.session.scalars(own.order_by(Member.vendor_id)):
        # Or they would come back by an invitation that waits, perhaps one of their own.
        await revoke_sent(member.vendor_id, member.account_id, work)
        work.publish(member.removed())
        await work.session.delete(member)
    wanted = normalized_email(command.email)
    # The database compares letters of ASCII only as we do; of others there are few.
    is_other = func.octet_length(Invitation.email) != func.char_length(Invitation.email)
    alike = select(Invitation).where(or_(func.lower(Invitation.email) == wanted, is_other))
    for invitation in await work.session.scalars(alike):
        if normalized_email(invitation.email) != wanted:
            continue
        revoked = None if invitation.accepted_at is not None else invitation.revoke(work.now)
        if revoked is not None:
            work.publish(revoked)
        await work.session.delete(invitation)
