"""A session begins, because another provider vouches for the person."""

from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Account, Accounts
from plaza.contexts.identity.commands.log_in import LogIn, OpenedSession, log_in
from plaza.contexts.identity.oidc import ProvenIdentity
from plaza.contexts.identity.oidc_identity import account_of, link, use_attempt
from plaza.contexts.identity.totp import has_second_factor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict, Forbidden, NotThere
from plaza.writing.unit_of_work import UnitOfWork

NAME_LENGTH_MAX = 120


class ProviderEmailNotVerified(Forbidden):
    code = "oidc_email_not_verified"
    title = "The other provider does not say that the e-mail is yours"


class AccountNotVerified(Conflict):
    code = "account_not_verified"
    title = "There is an account with this e-mail, and nobody has shown yet that it is theirs"


class PasswordAndCodeNeeded(Forbidden):
    code = "oidc_second_factor"
    title = "The account has a second factor"


class AccountErased(Forbidden):
    code = "account_erased"
    title = "The account is no longer there"


class LogInWithOidc(msgspec.Struct, frozen=True, kw_only=True):
    attempt_id: UUID
    proven: ProvenIdentity
    user_agent: str | None = None
    ip_address: IPv4Address | IPv6Address | None = None


async def log_in_with_oidc(command: LogInWithOidc, work: UnitOfWork) -> OpenedSession:
    """Open a session of the person's account, which is made where there is none.

    Raises:
        OidcAttemptUnknown: the attempt was used before.
        ProviderEmailNotVerified: an account can be found or made by a verified e-mail only.
        AccountNotVerified: whoever registered the account may be somebody else.
        PasswordAndCodeNeeded: another provider is no way around the second factor.
        AccountErased: its account was erased while the log-in was under way.
    """
    await use_attempt(command.attempt_id, work)
    proven = command.proven
    account_id = await account_of(proven.issuer, proven.subject, work)
    if account_id is None:
        account_id = await _linked_account(proven, work)
    if await has_second_factor(account_id, work):
        raise PasswordAndCodeNeeded("Log in by POST /v1/sessions with password and code.")
    try:
        opened = await log_in(
            LogIn(
                account_id=account_id,
                user_agent=command.user_agent,
                ip_address=command.ip_address,
            ),
            work,
        )
    except NotThere:
        raise AccountErased("Begin again to get a new account.") from None
    assert opened is not None  # only a wrong code gives None
    return opened


async def _linked_account(proven: ProvenIdentity, work: UnitOfWork) -> UUID:
    """The account of the proven e-mail, from now on also the provider's person's."""
    if proven.email is None or not proven.is_email_verified:
        raise ProviderEmailNotVerified(
            "Verify your e-mail at the provider, or register here with e-mail and password."
        )
    accounts = Accounts.of(work)
    account = await accounts.by_email(proven.email)
    if account is None:
        account = await _registered(proven.email, proven.name, work)
    if not account.is_mailbox(proven.email):
        raise ProviderEmailNotVerified(
            "An account here has an e-mail that reads alike; log in with its password."
        )
    if account.email_verified_at is None:
        raise AccountNotVerified(
            "Open the link in the mail that was sent at registration, or ask for a new password; "
            "then log in by the other provider again."
        )
    if not await has_second_factor(account.id, work):
        await link(proven.issuer, proven.subject, account.id, work)
    return account.id


async def _registered(email: str, name: str | None, work: UnitOfWork) -> Account:
    shown = (name or "").strip() or email.partition("@")[0]
    account, registered = Account.register(
        new_id(), email=email, name=shown[:NAME_LENGTH_MAX], password_hash=None
    )
    account.email_verified_at = work.now
    accounts = Accounts.of(work)
    if await accounts.add_unless_taken(account):
        work.publish(registered)
    # Whoever was faster: the account that has the address now.
    held = await accounts.by_email(email)
    assert held is not None
    return held
