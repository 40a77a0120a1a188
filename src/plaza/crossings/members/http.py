"""Routes about people who begin to work for vendors."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from plaza.contexts.vendors.invitation import PURPOSE
from plaza.contexts.vendors.member import Member
from plaza.crossings.members.accept_invitation import AcceptInvitation, accept_invitation
from plaza.kernel.actor import MARKET
from plaza.kernel.signed_id import SignedIds
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class ShownInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=200)]


class Membership(msgspec.Struct, frozen=True):
    vendor_id: UUID
    role: str


def _membership(member: Member) -> Answer:
    return answer_with(201, Membership(member.vendor_id, member.role))


@post(
    "/v1/invitations/accept",
    operation_id="acceptInvitation",
    guards=[authenticated],
    responses=answers(Membership, 201),
)
async def accept(
    data: JSONBody[ShownInvitation],
    commanding: NamedDependency[Commanding],
    mail_tokens: NamedDependency[SignedIds],
) -> Response[bytes]:
    """Takes the place that the invitation keeps; its address has to be the account's own."""
    command = AcceptInvitation(
        account_id=commanding.caller.account_id,
        invitation_id=mail_tokens.read(data.token, PURPOSE),
    )
    return await commanding.run(accept_invitation, command, MARKET, _membership)


ROUTES = [accept]
