"""Somebody works for the vendor no more."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import revoke_open, revoke_sent
from plaza.contexts.vendors.member import Member, find_member, require_another_owner
from plaza.writing.unit_of_work import UnitOfWork


class RemoveMember(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    account_id: UUID
    email: str | None = None
    """Their address; no invitation is to wait for them there."""


async def remove_member(command: RemoveMember, work: UnitOfWork) -> Member:
    member = await find_member(command.vendor_id, command.account_id, work)
    await require_another_owner(member, work)
    # Or they would come back by an invitation that waits, perhaps one of their own.
    await revoke_sent(member.vendor_id, member.account_id, work)
    if command.email is not None:
        await revoke_open(member.vendor_id, command.email, work)
    await work.session.delete(member)
    work.publish(member.removed())
    return member
