"""Somebody accepts an invitation with the account that has the invited address."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts, EmailNotVerified
from plaza.contexts.vendors.commands.join_vendor import JoinVendor, join_vendor
from plaza.contexts.vendors.invitation import InvalidInvitation, InvitationForAnother
from plaza.contexts.vendors.member import Member
from plaza.writing.unit_of_work import UnitOfWork


class AcceptInvitation(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    invitation_id: UUID | None
    """What the token names; None where it was not signed here."""


async def accept_invitation(command: AcceptInvitation, work: UnitOfWork) -> Member:
    """Join the vendor as what the invitation says.

    Raises:
        InvalidInvitation: the token was not signed here, or its vendor has withdrawn it.
        InvitationForAnother: it was sent to another address.
        InvitationUsed, InvitationIsRevoked, InvitationExpired: it is good no more.
        AlreadyMember: the account has a place there.
        EmailNotVerified: the address is the right one, but not shown to be the account's.
    """
    if command.invitation_id is None:
        raise InvalidInvitation("Open the link of the mail, whole.")
    # Locked, so that who is erased meanwhile is taken out of the vendor too, or does not join.
    account = await Accounts.of(work).locked(command.account_id, shared=True)
    if account.email is None:
        raise InvitationForAnother("The account has no e-mail address.")
    joining = JoinVendor(
        invitation_id=command.invitation_id, account_id=account.id, email=account.email
    )
    member = await join_vendor(joining, work)
    # Nobody verifies an address only to learn that another one was invited, or that it is too
    # late: whoever gets here has the right address, but has not shown that it is theirs.
    if account.email_verified_at is None:
        raise EmailNotVerified("Open the link in the mail that was sent at registration.")
    return member
