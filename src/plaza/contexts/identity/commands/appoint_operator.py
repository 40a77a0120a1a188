"""The installation appoints who runs the marketplace."""

import msgspec

from plaza.contexts.identity.account import Account, Accounts
from plaza.contexts.identity.session import revoke_sessions
from plaza.contexts.identity.totp import drop_second_factor
from plaza.kernel.ids import new_id
from plaza.kernel.text import EmailText, Name
from plaza.writing.unit_of_work import UnitOfWork


class AppointOperator(msgspec.Struct, frozen=True, kw_only=True):
    email: EmailText
    name: Name
    password_hash: str


async def appoint_operator(command: AppointOperator, work: UnitOfWork) -> bool:
    """Make the account an operator's, and the account where there is none.

    Returns:
        Whether the account was made or taken over now, so that the password is the given one.
    """
    account = await Accounts.of(work).by_email(command.email)
    if account is not None:
        account.is_operator = True
        if account.email_verified_at is not None:
            return False
        await _take_over(account, command.password_hash, work)
        return True
    account, registered = Account.register(
        new_id(), email=command.email, name=command.name, password_hash=command.password_hash
    )
    account.is_operator = True
    account.email_verified_at = work.now
    work.session.add(account)
    work.publish(registered)
    return True


async def _take_over(account: Account, password_hash: str, work: UnitOfWork) -> None:
    """Let in nobody else: whoever has registered the address may have done so for this day."""
    work.publish(account.set_password(password_hash))
    account.email_verified_at = work.now
    await revoke_sessions(account.id, "password_changed", work)
    await drop_second_factor(account.id, work)
