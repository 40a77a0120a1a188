"""Somebody changes what their account says of them."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Account, Accounts
from plaza.contexts.identity.mail_request import request_mail
from plaza.kernel.text import EmailText, Name
from plaza.writing.unit_of_work import UnitOfWork


class ChangeAccount(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    version: int | None
    """The version that the caller read."""
    name: Name | None = None
    email: EmailText | None = None
    checked_hash: str | None = None
    """The hash that the password fits, which another address needs."""


async def change_account(command: ChangeAccount, work: UnitOfWork) -> Account:
    """Change it; another address is the account's once somebody there has confirmed it.

    Raises:
        VersionRequired: no version is named.
        StaleVersion: somebody else changed it meanwhile.
        WrongPassword: the password was changed since it was checked.
    """
    account = await Accounts.of(work).locked(command.account_id)
    account.expect(command.version)
    if command.email is not None:
        account.expect_password(command.checked_hash)
    changed = account.change(name=command.name, email=command.email)
    if changed is not None:
        work.publish(changed)
    if command.email is not None and account.pending_email is not None:
        await request_mail("verify_email", account.pending_email, account.id, work)
    return account
