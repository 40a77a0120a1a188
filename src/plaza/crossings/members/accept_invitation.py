"""Somebody accepts an invitation with the account that has the invited address."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.vendors.commands.join_vendor import JoinVendor, join_vendor
from plaza.contexts.vendors.invitation import InvalidInvitation, InvitationForAnother
from plaza.contexts.vendors.member import Member
from plaza.writing.unit_of_work import UnitOfWork


class AcceptInvitation(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    invitation_id: UUID | None
    """What the token names; None where it was not signed here."""


async def accept_invitation(command: AcceptInvitation, work: UnitOfWork) -> Member:
    if command.invitation_id is None:
        raise InvalidInvitation("Open the link of the mail, whole.")
    # Locked, so that who is erased meanwhile is taken out of the vendor too, or does not join.
    account = await Accounts.of(work).locked(command.account_id, shared=True)
    # An address that nobody has shown to be theirs is nobody's.
    if account.email is None or account.email_verified_at is None:
        raise InvitationForAnother("Verify your e-mail address first.")
    joining = JoinVendor(
        invitation_id=command.invitation_id, account_id=account.id, email=account.email
    )
    return await join_vendor(joining, work)
