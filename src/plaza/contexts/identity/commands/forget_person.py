"""Everything that identity knows of a person goes; the id stays, because facts name it."""

from uuid import UUID

import msgspec
from sqlalchemy import delete

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.mail_request import MailRequest, request_mail
from plaza.contexts.identity.oidc_identity import OidcIdentity
from plaza.contexts.identity.session import Session, revoke_sessions
from plaza.contexts.identity.totp import drop_second_factor
from plaza.writing.unit_of_work import UnitOfWork


class ForgetPerson(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    checked_hash: str | None
    """The hash that the password fits; None for an account without one."""


async def forget_person(command: ForgetPerson, work: UnitOfWork) -> str:
    """Forget them.

    Returns:
        The address that was theirs, for others who have it written down.

    Raises:
        WrongPassword: the password was changed since it was checked.
    """
    account = await Accounts.of(work).locked(command.account_id)
    account.expect_password(command.checked_hash)
    email = account.email
    assert email is not None
    await revoke_sessions(account.id, "account_erased", work)
    work.publish(account.erase(work.now))
    await work.flush()
    await drop_second_factor(account.id, work)
    for table in (Session, MailRequest, OidcIdentity):
        await work.session.execute(delete(table).where(table.account_id == account.id))
    # The last mail, which a sweep forgets with the address that it went to.
    await request_mail("account_erased", email, account.id, work)
    return email
