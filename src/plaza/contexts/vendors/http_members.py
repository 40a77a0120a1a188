"""Routes about who works for a vendor."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from plaza.contexts.vendors.commands.change_member_role import (
    ChangeMemberRole,
    change_member_role,
)
from plaza.contexts.vendors.commands.invite_member import InviteMember, invite_member
from plaza.contexts.vendors.commands.remove_member import RemoveMember, remove_member
from plaza.contexts.vendors.commands.revoke_invitation import (
    RevokeInvitation,
    revoke_invitation,
)
from plaza.contexts.vendors.invitation import Invitation
from plaza.contexts.vendors.member import Member, Role
from plaza.contexts.vendors.people import People
from plaza.contexts.vendors.queries.list_invitations import InvitationList, list_invitations
from plaza.contexts.vendors.queries.list_members import MemberList, list_members
from plaza.contexts.vendors.queries.list_memberships import MembershipList, list_memberships
from plaza.kernel.actor import Surface
from plaza.kernel.text import EmailText
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated, caller_required, member_with
from plaza.web.callers import Caller
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.rate_limits.emails import EmailLimits
from plaza.web.request import PlazaRequest
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import Answer, answer_with

OWNER = member_with("owner")
MEMBER = member_with("owner", "manager", "staff")


class NewInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: EmailText
    role: Role


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Role


class SentInvitation(msgspec.Struct, frozen=True):
    """The same whether or not the address has an account."""

    id: UUID
    email: str
    role: str
    expires_at: datetime


class MemberState(msgspec.Struct, frozen=True):
    id: UUID
    """Of the account."""
    role: str


class RevokedInvitation(msgspec.Struct, frozen=True):
    id: UUID
    revoked_at: datetime | None


def _sent(invitation: Invitation) -> Answer:
    sent = SentInvitation(invitation.id, invitation.email, invitation.role, invitation.expires_at)
    return answer_with(202, sent)


def _member_answer(member: Member) -> Answer:
    return answer_with(200, MemberState(member.account_id, member.role))


def _revoked(invitation: Invitation) -> Answer:
    return answer_with(200, RevokedInvitation(invitation.id, invitation.revoked_at))


async def owner_or_oneself(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard: an owner of the vendor, or the member in question."""
    caller = await caller_required(connection)
    is_self = isinstance(caller, Caller) and caller.account_id == connection.path_params["account"]
    await (MEMBER if is_self else OWNER)(connection, handler)


@post(
    "/v1/vendors/{vendor:uuid}/members",
    operation_id="inviteMember",
    opt={"rate_limit": "mail"},
    status_code=202,
    guards=[OWNER],
    responses=answers(SentInvitation, 202),
)
async def invite(
    vendor: FromPath[UUID],
    data: JSONBody[NewInvitation],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Sends a mail; earlier invitations of the address to this vendor are taken back."""
    await email_limits.judge_mail(data.email, request.scope)
    command = InviteMember(
        vendor_id=vendor,
        email=data.email,
        role=data.role,
        invited_by=commanding.caller.account_id,
    )
    surface = Surface(vendor_id=vendor)
    # Whoever is invited may be erased before the repeats are forgotten.
    return await commanding.run(invite_member, command, surface, _sent, is_secret=True)


@get(
    "/v1/vendors/{vendor:uuid}/members",
    operation_id="listMembers",
    guards=[member_with("owner", "manager")],
    responses=answers(MemberList),
)
async def members(
    vendor: FromPath[UUID],
    reads: NamedDependency[PrivateReads],
    people: NamedDependency[People],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """Who works for the vendor, and as what."""
    found = await list_members(reads, people, vendor, Paging(cursors, limit, cursor))
    return private_answer(msgspec.json.encode(found), {})


@get(
    "/v1/account/memberships",
    operation_id="listMemberships",
    guards=[authenticated],
    responses=answers(MembershipList),
)
async def own_memberships(
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """For which vendors the person who asks works, and as what: those not approved yet as well."""
    paging = Paging(cursors, limit, cursor)
    found = await list_memberships(reads, commanding.caller.account_id, paging)
    return private_answer(msgspec.json.encode(found), {})


@patch(
    "/v1/vendors/{vendor:uuid}/members/{account:uuid}",
    operation_id="changeMemberRole",
    opt=ENDS_RIGHTS,
    guards=[OWNER],
    responses=answers(MemberState),
)
async def change_role(
    vendor: FromPath[UUID],
    account: FromPath[UUID],
    data: JSONBody[NewRole],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """A vendor keeps an owner: the last one can be nothing else."""
    command = ChangeMemberRole(vendor_id=vendor, account_id=account, role=data.role)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(change_member_role, command, surface, _member_answer)


@delete(
    "/v1/vendors/{vendor:uuid}/members/{account:uuid}",
    operation_id="removeMember",
    opt=ENDS_RIGHTS,
    status_code=200,
    guards=[owner_or_oneself],
    responses=answers(MemberState),
)
async def remove(
    vendor: FromPath[UUID],
    account: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    people: NamedDependency[People],
) -> Response[bytes]:
    """An owner may remove anybody but the last owner; everybody may leave.

    Open invitations that they have sent, or were sent, are taken back.
    """
    person = (await people([account])).get(account)
    email = None if person is None else person.email
    command = RemoveMember(vendor_id=vendor, account_id=account, email=email)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(remove_member, command, surface, _member_answer)


@get(
    "/v1/vendors/{vendor:uuid}/invitations",
    operation_id="listInvitations",
    guards=[OWNER],
    responses=answers(InvitationList),
)
async def invitations(
    vendor: FromPath[UUID],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """Whom the vendor has asked, and what became of it."""
    found = await list_invitations(reads, vendor, Paging(cursors, limit, cursor))
    return private_answer(msgspec.json.encode(found), {})


@delete(
    "/v1/vendors/{vendor:uuid}/invitations/{invitation:uuid}",
    operation_id="revokeInvitation",
    status_code=200,
    guards=[OWNER],
    responses=answers(RevokedInvitation),
)
async def revoke(
    vendor: FromPath[UUID],
    invitation: FromPath[UUID],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """The link in its mail leads nowhere from now on."""
    command = RevokeInvitation(vendor_id=vendor, invitation_id=invitation)
    return await commanding.run(revoke_invitation, command, Surface(vendor_id=vendor), _revoked)


ROUTES = [invite, members, own_memberships, change_role, remove, invitations, revoke]
