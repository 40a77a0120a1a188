"""Somebody leaves the marketplace: no vendor knows them any more."""

from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select

from plaza.contexts.vendors.invitation import Invitation, revoke_sent
from plaza.contexts.vendors.member import Member, is_left_alone
from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.kernel.text import normalized_email
from plaza.writing.unit_of_work import UnitOfWork


class ForgetMember(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    email: str


async def forget_member(command: ForgetMember, work: UnitOfWork) -> None:
    """Take them out of every vendor, and their address out of every invitation.

    Those that they have sent are taken back; the vendors that they own are locked. How a vendor was
    reached is forgotten too, where nobody is left to answer for it.
    """
    owned = await _leave(command.account_id, work)
    invited = await _forget_invitations(normalized_email(command.email), work)
    await work.session.flush()
    for vendor_id in sorted(owned | invited):
        vendor = await Vendors.of(work).find_locked(vendor_id)
        is_theirs = vendor_id in owned or _is_at(vendor, command.email)
        if is_theirs and vendor.contact_email and await is_left_alone(vendor_id, work):
            work.publish(vendor.forget_contact())


async def _leave(account_id: UUID, work: UnitOfWork) -> set[UUID]:
    """Leave every vendor; those that they owned."""
    places = select(Member).where(Member.account_id == account_id).order_by(Member.vendor_id)
    members = list(await work.session.scalars(places))
    for member in members:
        # Or they would come back by an invitation that waits, perhaps one of their own.
        await revoke_sent(member.vendor_id, member.account_id, work)
        work.publish(member.removed())
        await work.session.delete(member)
    return {member.vendor_id for member in members if member.role == "owner"}


async def _forget_invitations(address: str, work: UnitOfWork) -> set[UUID]:
    """Delete what was ever sent to the address; the vendors that it was about."""
    # The database compares letters of ASCII only as we do; of others there are few.
    is_other = func.octet_length(Invitation.email) != func.char_length(Invitation.email)
    alike = select(Invitation).where(or_(func.lower(Invitation.email) == address, is_other))
    vendor_ids = set()
    for invitation in await work.session.scalars(alike):
        if normalized_email(invitation.email) != address:
            continue
        revoked = None if invitation.accepted_at is not None else invitation.revoke(work.now)
        if revoked is not None:
            work.publish(revoked)
        await work.session.delete(invitation)
        vendor_ids.add(invitation.vendor_id)
    return vendor_ids


def _is_at(vendor: Vendor, email: str) -> bool:
    return normalized_email(vendor.contact_email) == normalized_email(email)
