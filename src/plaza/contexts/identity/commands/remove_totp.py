"""The second factor is given up."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.totp import (
    ShownCode,
    drop_second_factor,
    locked_totp,
    passes_second_factor,
)
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class RemoveTotp(msgspec.Struct, frozen=True, kw_only=True):
    """One of password and code proves that it is the account's owner who asks."""

    account_id: UUID
    password_hash: str | None = None
    """The one that the password was found right for."""
    shown: ShownCode | None = None


async def remove_totp(command: RemoveTotp, work: UnitOfWork) -> bool:
    """Remove it.

    Returns:
        False where the code is wrong, which was counted.

    Raises:
        NotThere: there is none.
        WrongPassword: the password was changed meanwhile.
    """
    account = await Accounts.of(work).find(command.account_id)
    if await locked_totp(command.account_id, work) is None:
        raise NotThere
    if command.shown is None:
        account.expect_password(command.password_hash)
    elif not await passes_second_factor(command.account_id, command.shown, work):
        return False
    await drop_second_factor(command.account_id, work)
    return True
