"""Somebody wants the mail again that confirms their address."""

import msgspec

from plaza.contexts.identity.account import Account
from plaza.contexts.identity.mail_request import request_mail_to
from plaza.kernel.text import EmailText
from plaza.writing.unit_of_work import UnitOfWork


class RequestVerification(msgspec.Struct, frozen=True, kw_only=True):
    email: EmailText


async def request_verification(command: RequestVerification, work: UnitOfWork) -> None:
    """Have it sent, where an account has the address and has not confirmed it."""
    is_open = Account.email_verified_at.is_(None)
    await request_mail_to("verify_email", command.email, work, is_open)
