"""Somebody makes an account."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Account, Accounts
from plaza.contexts.identity.events import MailPurpose
from plaza.contexts.identity.mail_request import request_mail_to
from plaza.kernel.ids import new_id
from plaza.kernel.text import EmailText, Name
from plaza.writing.unit_of_work import UnitOfWork


class RegisterAccount(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID = msgspec.field(default_factory=new_id)
    email: EmailText
    name: Name
    password_hash: str
    is_verified: bool = False
    """Whether the installation itself vouches for the address."""


async def register_account(command: RegisterAccount, work: UnitOfWork) -> None:
    """Register it; an e-mail that has an account is told so by mail, and by nothing else."""
    account, registered = Account.register(
        command.account_id,
        email=command.email,
        name=command.name,
        password_hash=command.password_hash,
    )
    account.email_verified_at = work.now if command.is_verified else None
    is_new = await Accounts.of(work).add_unless_taken(account)
    if is_new:
        work.publish(registered)
    if not command.is_verified:
        purpose: MailPurpose = "verify_email" if is_new else "already_registered"
        await request_mail_to(purpose, command.email, work)
