"""Somebody who is logged in shows that it is them, before what cannot be taken back."""

from datetime import timedelta

from plaza.contexts.identity.account import WrongPassword
from plaza.contexts.identity.passwords import Passwords
from plaza.contexts.identity.queries.find_credentials import OwnCredentials
from plaza.kernel.refusals import Forbidden

RECENT = timedelta(minutes=10)


class PasswordRequired(Forbidden):
    code = "password_required"
    title = "This needs the account's password"


class RecentLogInRequired(Forbidden):
    code = "recent_log_in_required"
    title = "This needs a log-in of just now"


async def proven_hash(
    held: OwnCredentials, password: str | None, passwords: Passwords
) -> str | None:
    """The hash that the password fits, which a command expects to be the account's still.

    Returns:
        None for an account without a password: then the log-in itself is the proof, while it is
        fresh.

    Raises:
        PasswordRequired: the account has one, and none was sent.
        WrongPassword: it is another.
        RecentLogInRequired: the account has none, and the session is older than ten minutes.
    """
    if held.password_hash is None:
        if held.now - held.logged_in_at > RECENT:
            raise RecentLogInRequired("Log in again, and repeat this within ten minutes.")
        return None
    if password is None:
        raise PasswordRequired("Send the account's password as `password`.")
    if not await passwords.matches(password, held.password_hash):
        raise WrongPassword("Check it and try again.")
    return held.password_hash
