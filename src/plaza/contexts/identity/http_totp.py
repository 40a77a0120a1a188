"""Routes about the second factor."""

from typing import Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.identity.commands.confirm_totp import ConfirmTotp, confirm_totp
from plaza.contexts.identity.commands.enrol_totp import EnrolTotp, enrol_totp
from plaza.contexts.identity.commands.remove_totp import RemoveTotp, remove_totp
from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.proof import proven_hash
from plaza.contexts.identity.queries.find_credentials import (
    OwnCredentials,
    find_own_credentials,
)
from plaza.contexts.identity.queries.find_second_factor import find_second_factor
from plaza.contexts.identity.queries.get_totp import SecondFactor, get_totp
from plaza.contexts.identity.totp import ShownCode
from plaza.contexts.identity.totp_codes import CHECK_CODE, CodeText, TotpCodes
from plaza.kernel.actor import Surface
from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated
from plaza.web.callers import Caller
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class WrongCode(Unprocessable):
    code = "wrong_code"
    title = "The code is wrong, or was used before"


class PasswordNeeded(Conflict):
    code = "password_needed_first"
    title = "A second factor needs a first one"


class Enrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: PasswordText


class EnrolledSecret(msgspec.Struct, frozen=True):
    secret: str
    """To be typed into the app, where it cannot read the address as a QR code."""
    otpauth_uri: str


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: CodeText


class RecoveryCodes(msgspec.Struct, frozen=True):
    recovery_codes: list[str]
    """Each opens the account once in place of a code of the app; shown now and never again."""


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two."""

    password: PasswordText | None = None
    code: CodeText | None = None


class Removed(msgspec.Struct, frozen=True):
    status: Literal["off"] = "off"


@get(
    "/v1/account/totp",
    operation_id="getTotp",
    guards=[authenticated],
    responses=answers(SecondFactor),
)
async def second_factor(
    commanding: NamedDependency[Commanding], reads: NamedDependency[PrivateReads]
) -> Response[bytes]:
    """Whether log-ins ask for a second factor, and how many recovery codes are left."""
    account_id = commanding.caller.account_id
    async with reads.within(Surface(account_id=account_id)) as connection:
        document = await get_totp(connection, account_id)
    return private_answer(msgspec.json.encode(document), {})


@post(
    "/v1/account/totp",
    operation_id="enrolTotp",
    opt={"rate_limit": "account"},
    guards=[authenticated],
    responses=answers(EnrolledSecret, 201, also=(403,)),
)
async def enrol(
    data: JSONBody[Enrolment],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    totp_codes: NamedDependency[TotpCodes],
) -> Response[bytes]:
    """Set up an authenticator app (TOTP, RFC 6238); log-ins ask for it once it is confirmed."""
    account_id = commanding.caller.account_id
    held = await _own_credentials(commanding.caller, reads)
    if held.password_hash is None:
        raise PasswordNeeded("Set a password first, by the mail of a password reset.")
    secret = totp_codes.new_secret()
    told = EnrolledSecret(secret, totp_codes.uri(secret, held.email))
    command = EnrolTotp(
        account_id=account_id,
        password_hash=await proven_hash(held, data.password, passwords),
        secret_encrypted=totp_codes.sealed(secret, account_id),
    )
    return await commanding.run(
        enrol_totp,
        command,
        Surface(account_id=account_id),
        lambda _: answer_with(201, told, cache_control="no-store"),
        is_secret=True,
    )


@post(
    "/v1/account/totp/confirm",
    operation_id="confirmTotp",
    opt={"rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(RecoveryCodes),
)
async def confirm(
    data: JSONBody[Confirmation],
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    totp_codes: NamedDependency[TotpCodes],
) -> Response[bytes]:
    """Show that the app works; from now on log-ins ask for a code."""
    account_id = commanding.caller.account_id
    shown = await _shown(data.code, commanding.caller, reads, totp_codes)

    def answer(codes: list[str] | None) -> Answer:
        if codes is None:
            return answer_with(WrongCode.status, None)
        return answer_with(200, RecoveryCodes(codes), cache_control="no-store")

    command = ConfirmTotp(account_id=account_id, shown=shown)
    surface = Surface(account_id=account_id)
    response = await commanding.run(confirm_totp, command, surface, answer, is_secret=True)
    return _unless_wrong(response)


@delete(
    "/v1/account/totp",
    operation_id="removeTotp",
    opt={"rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(Removed, also=(403, 404)),
)
async def remove(
    data: JSONBody[Removal],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    totp_codes: NamedDependency[TotpCodes],
) -> Response[bytes]:
    """Do without a second factor; the password or a code shows that it is the owner who asks."""
    caller = commanding.caller
    if data.code is None:
        held = await _own_credentials(caller, reads)
        checked = await proven_hash(held, data.password, passwords)
        command = RemoveTotp(account_id=caller.account_id, password_hash=checked)
    else:
        shown = await _shown(data.code, caller, reads, totp_codes)
        command = RemoveTotp(account_id=caller.account_id, shown=shown)

    def answer(is_removed: bool) -> Answer:  # noqa: FBT001  what the command gives
        return answer_with(200 if is_removed else WrongCode.status, Removed())

    surface = Surface(account_id=caller.account_id)
    return _unless_wrong(await commanding.run(remove_totp, command, surface, answer))


def _unless_wrong(response: Response[bytes]) -> Response[bytes]:
    """The response, but for a code that was counted as wrong."""
    if response.status_code == WrongCode.status:
        raise WrongCode(CHECK_CODE)
    return response


async def _own_credentials(caller: Caller, reads: PrivateReads) -> OwnCredentials:
    async with reads.within(Surface(account_id=caller.account_id)) as connection:
        return await find_own_credentials(connection, caller.account_id, caller.session_id)


async def _shown(
    code: str, caller: Caller, reads: PrivateReads, totp_codes: TotpCodes
) -> ShownCode:
    async with reads.within(Surface(account_id=caller.account_id)) as connection:
        secret = await find_second_factor(connection, caller.account_id)
    return totp_codes.shown(code, secret, caller.account_id)


ROUTES = [second_factor, enrol, confirm, remove]
