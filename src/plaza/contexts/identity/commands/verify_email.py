"""Somebody has opened the link that was sent to an address."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.mail_request import (
    InvalidMailToken,
    end_mail_requests,
    take_mail_request,
)
from plaza.writing.unit_of_work import UnitOfWork


class VerifyEmail(msgspec.Struct, frozen=True, kw_only=True):
    mail_request_id: UUID | None
    """None where the link was not made here."""


async def verify_email(command: VerifyEmail, work: UnitOfWork) -> None:
    """Confirm the account's address, or give it the one that it waits for.

    The same link opened again is no mistake, as long as the address is still the account's.

    Raises:
        InvalidMailToken: the link is over, or the address is not wanted any more.
    """
    request, account = await take_mail_request(command.mail_request_id, "verify_email", work)
    is_other = not account.has_email(request.email)
    verified = None
    if request.used_at is None:
        verified = account.verify_email(request.email, work.now)
    if not account.has_email(request.email):
        raise InvalidMailToken("The account waits for another address by now.")
    request.used_at = request.used_at or work.now
    if verified is not None:
        work.publish(verified)
    if is_other:
        # What was sent to the old address opens the account no more.
        await end_mail_requests(account.id, "reset_password", work)
