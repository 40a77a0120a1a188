"""Somebody makes an account."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Account, Accounts
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
    """Register it; for an e-mail that has an account nothing happens, and nobody is told."""
    account, registered = Account.register(
        command.account_id,
        email=command.email,
        name=command.name,
        password_hash=command.password_hash,
    )
    account.email_verified_at = work.now if command.is_verified else None
    if await Accounts.of(work).add_unless_taken(account):
        work.publish(registered)
