"""Somebody sets up an authenticator app; it counts once a code of it has been shown."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.totp import Totp, locked_totp
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class TotpAlreadyOn(Conflict):
    code = "totp_already_on"
    title = "The account has a second factor already"


class EnrolTotp(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    password_hash: str | None
    """The one that the password was found right for."""
    secret_encrypted: bytes


async def enrol_totp(command: EnrolTotp, work: UnitOfWork) -> None:
    """Keep the secret until it is confirmed; one that never was is replaced.

    Raises:
        WrongPassword: the password was changed meanwhile.
        TotpAlreadyOn: a confirmed one has to be removed first.
    """
    # Locked, so that who erases the account meanwhile finds the secret, or there is none.
    account = await Accounts.of(work).locked(command.account_id, shared=True)
    account.expect_password(command.password_hash)
    totp = await locked_totp(command.account_id, work)
    if totp is not None and totp.is_on:
        raise TotpAlreadyOn("Remove it first, by DELETE /v1/account/totp.")
    if totp is not None:
        totp.secret_encrypted = command.secret_encrypted
        return
    work.session.add(
        Totp(
            account_id=command.account_id,
            secret_encrypted=command.secret_encrypted,
            confirmed_at=None,
            last_counter=None,
            failed_count=0,
            locked_until=None,
        )
    )
