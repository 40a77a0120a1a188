"""An owner gives a member another role."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import revoke_sent
from plaza.contexts.vendors.member import Member, Role, find_member, require_another_owner
from plaza.writing.unit_of_work import UnitOfWork


class ChangeMemberRole(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    account_id: UUID
    role: Role


async def change_member_role(command: ChangeMemberRole, work: UnitOfWork) -> Member:
    member = await find_member(command.vendor_id, command.account_id, work)
    if member.role == command.role:
        return member
    await require_another_owner(member, work)
    if member.role == "owner":
        # Or they would become one again by an invitation that they have sent to themselves.
        await revoke_sent(member.vendor_id, member.account_id, work)
    work.publish(member.change_role(command.role))
    return member
