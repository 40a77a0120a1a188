"""Somebody has forgotten a password, or says so."""

import msgspec

from plaza.contexts.identity.mail_request import request_mail_to
from plaza.kernel.text import EmailText
from plaza.writing.unit_of_work import UnitOfWork


class RequestPasswordReset(msgspec.Struct, frozen=True, kw_only=True):
    email: EmailText


async def request_password_reset(command: RequestPasswordReset, work: UnitOfWork) -> None:
    """Have a link sent; the same is done for an address that nobody has."""
    await request_mail_to("reset_password", command.email, work)
