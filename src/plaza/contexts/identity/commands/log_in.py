"""A session begins, once the password has been found right."""

from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.session import (
    SESSION_LIFETIME,
    Session,
    keep_refresh_token,
    new_refresh_token,
)
from plaza.contexts.identity.totp import ShownCode, passes_second_factor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotAuthenticated
from plaza.writing.unit_of_work import UnitOfWork

USER_AGENT_LENGTH_MAX = 300


class WrongCredentials(NotAuthenticated):
    code = "wrong_credentials"
    title = "E-mail or password is wrong"


class LogIn(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    user_agent: str | None = None
    ip_address: IPv4Address | IPv6Address | None = None
    checked_hash: str | None = None
    """The hash that the password fits; None where another provider vouches for the person."""
    better_hash: str | None = None
    """Of the same password, where the parameters have risen since it was hashed."""
    shown_code: ShownCode | None = None
    """Of the second factor, where the account has one."""


class OpenedSession(msgspec.Struct, frozen=True):
    account_id: UUID
    session_id: UUID
    refresh_token: str


async def log_in(command: LogIn, work: UnitOfWork) -> OpenedSession | None:
    """Open a session.

    Returns:
        None where the code of the second factor is wrong, which was counted.

    Raises:
        WrongCredentials: the password was changed since it was found right.
        TotpRequired: the account has a second factor, and no code was shown.
    """
    is_shared = command.better_hash is None
    # Locked, so that who changes the password also ends the sessions that the old one opens.
    account = await Accounts.of(work).locked(command.account_id, shared=is_shared)
    if command.checked_hash is not None and account.password_hash != command.checked_hash:
        raise WrongCredentials("The password was changed meanwhile; use the new one.")
    account.password_hash = command.better_hash or account.password_hash
    if not await passes_second_factor(account.id, command.shown_code, work):
        return None
    agent = command.user_agent
    session = Session(
        id=new_id(),
        account_id=command.account_id,
        user_agent=None if agent is None else agent[:USER_AGENT_LENGTH_MAX],
        ip_address=command.ip_address,
        expires_at=work.now + SESSION_LIFETIME,
        revoked_at=None,
    )
    work.session.add(session)
    await work.flush()
    secret = new_refresh_token()
    keep_refresh_token(secret, session, work)
    return OpenedSession(session.account_id, session.id, secret)
