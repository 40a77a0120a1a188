"""Somebody sets another password by the link that was sent to them."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.mail_request import (
    InvalidMailToken,
    end_mail_requests,
    request_mail,
    take_mail_request,
)
from plaza.contexts.identity.session import revoke_sessions
from plaza.writing.unit_of_work import UnitOfWork


class ResetPassword(msgspec.Struct, frozen=True, kw_only=True):
    mail_request_id: UUID | None
    """None where the link was not made here."""
    password_hash: str


async def reset_password(command: ResetPassword, work: UnitOfWork) -> None:
    """Set it, and end every session: who has forgotten a password may have lost it to somebody.

    Raises:
        InvalidMailToken: the link is over, was used, or went to an address that the account had.
    """
    request, account = await take_mail_request(command.mail_request_id, "reset_password", work)
    if request.used_at is not None or not account.has_email(request.email):
        raise InvalidMailToken("Ask for another mail; a link sets one password.")
    work.publish(account.set_password(command.password_hash))
    verified = account.verify_email(request.email, work.now)
    if verified is not None:
        work.publish(verified)
    await end_mail_requests(account.id, "reset_password", work)
    await revoke_sessions(account.id, "password_reset", work)
    await request_mail("password_changed", request.email, account.id, work)
