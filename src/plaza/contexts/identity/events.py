"""What accounts say has happened; never who the person is."""

from typing import ClassVar, Literal
from uuid import UUID

from plaza.kernel.event import Event

MailPurpose = Literal[
    "verify_email", "already_registered", "reset_password", "password_changed", "account_erased"
]
EndReason = Literal[
    "logged_out",
    "revoked",
    "token_reused",
    "password_changed",
    "password_reset",
    "account_erased",
]


class AccountEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "account"

    account_id: UUID


class AccountRegistered(
    AccountEvent, frozen=True, kw_only=True, tag="identity.account_registered.v1"
):
    pass


class AccountChanged(AccountEvent, frozen=True, kw_only=True, tag="identity.account_changed.v1"):
    """Its name, or the address that it is to get once that is confirmed."""


class EmailVerified(AccountEvent, frozen=True, kw_only=True, tag="identity.email_verified.v1"):
    """Somebody reads what is sent to the account's address, which may be a new one."""


class PasswordChanged(AccountEvent, frozen=True, kw_only=True, tag="identity.password_changed.v1"):
    pass


class AccountErased(AccountEvent, frozen=True, kw_only=True, tag="identity.account_erased.v1"):
    pass


class SessionRevoked(Event, frozen=True, kw_only=True, tag="identity.session_revoked.v1"):
    """A session has ended before its time; it does so once, so that its version is always 1."""

    AGGREGATE: ClassVar[str] = "session"

    session_id: UUID
    account_id: UUID
    reason: EndReason


class MailRequested(Event, frozen=True, kw_only=True, tag="identity.mail_requested.v1"):
    """To whom is in the row that it names, not here: facts stay for ever."""

    AGGREGATE: ClassVar[str] = "mail_request"

    mail_request_id: UUID
    purpose: MailPurpose
