"""Somebody who is logged in takes another password."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.mail_request import end_mail_requests, request_mail
from plaza.contexts.identity.session import revoke_sessions
from plaza.writing.unit_of_work import UnitOfWork


class ChangePassword(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    session_id: UUID
    """The one that goes on."""
    checked_hash: str
    """The hash that the current password fits."""
    password_hash: str


async def change_password(command: ChangePassword, work: UnitOfWork) -> int:
    """Set it, and end the sessions on other devices.

    Returns:
        How many those were.

    Raises:
        WrongPassword: the password was changed since it was checked.
    """
    account = await Accounts.of(work).locked(command.account_id)
    account.expect_password(command.checked_hash)
    work.publish(account.set_password(command.password_hash))
    await end_mail_requests(account.id, "reset_password", work)
    assert account.email is not None
    await request_mail("password_changed", account.email, account.id, work)
    return await revoke_sessions(account.id, "password_changed", work, spared=command.session_id)
