"""The second factor begins to count: the app shows the code that it should."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.commands.enrol_totp import TotpAlreadyOn
from plaza.contexts.identity.totp import ShownCode, give_recovery_codes, locked_totp
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class NotEnrolled(Conflict):
    code = "totp_not_enrolled"
    title = "No authenticator app is being set up"


class ConfirmTotp(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    shown: ShownCode


async def confirm_totp(command: ConfirmTotp, work: UnitOfWork) -> list[str] | None:
    """Turn it on.

    Returns:
        The recovery codes, which nobody is told again; None where the code is wrong, which was
        counted.

    Raises:
        NotEnrolled: there is no secret.
        TotpAlreadyOn: it was confirmed before.
    """
    totp = await locked_totp(command.account_id, work)
    if totp is None:
        raise NotEnrolled("Begin by POST /v1/account/totp.")
    if totp.is_on:
        raise TotpAlreadyOn("Nothing is left to confirm.")
    if not totp.accepts(command.shown, work.now):
        return None
    totp.confirmed_at = work.now
    return await give_recovery_codes(command.account_id, work)
