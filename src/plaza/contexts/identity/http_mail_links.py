"""Routes about the links that people are sent: to confirm an address, to set a password."""

from typing import Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.identity.commands.request_password_reset import (
    RequestPasswordReset,
    request_password_reset,
)
from plaza.contexts.identity.commands.request_verification import (
    RequestVerification,
    request_verification,
)
from plaza.contexts.identity.commands.reset_password import ResetPassword, reset_password
from plaza.contexts.identity.commands.verify_email import VerifyEmail, verify_email
from plaza.contexts.identity.mail_request import MailToken
from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.queries.find_credentials import find_addressee
from plaza.kernel.actor import MARKET
from plaza.kernel.signed_id import SignedIds
from plaza.kernel.text import EmailText
from plaza.reading.pools import PrivateReads
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.rate_limits.emails import EmailLimits
from plaza.web.request import PlazaRequest
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import answer_with
from plaza.writing.runner import CONSISTENCY_HEADER


class MailWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: EmailText


class MailPromised(msgspec.Struct, frozen=True):
    """The same for an e-mail that no account has."""

    status: Literal["check_your_mail"] = "check_your_mail"


class OpenedLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: MailToken


class VerifiedEmail(msgspec.Struct, frozen=True):
    status: Literal["verified"] = "verified"


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: MailToken
    password: PasswordText


class PasswordSet(msgspec.Struct, frozen=True):
    status: Literal["changed"] = "changed"


@post(
    "/v1/accounts/verification-mails",
    operation_id="requestVerification",
    opt={"rate_limit": "mail"},
    status_code=202,
    responses=answers(MailPromised, 202),
)
async def send_again(
    data: JSONBody[MailWanted],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Have the mail sent again by which an address is confirmed."""
    await email_limits.judge_mail(data.email, request.scope)
    response = await commanding.run(
        request_verification,
        RequestVerification(email=data.email),
        MARKET,
        lambda _: answer_with(202, MailPromised()),
    )
    response.headers.pop(CONSISTENCY_HEADER, None)
    return response


@post(
    "/v1/accounts/verify",
    operation_id="verifyEmail",
    opt={"rate_limit": "log_in"},
    status_code=200,
    responses=answers(VerifiedEmail),
)
async def verify(
    data: JSONBody[OpenedLink],
    commanding: NamedDependency[Commanding],
    mail_tokens: NamedDependency[SignedIds],
) -> Response[bytes]:
    """Confirm an address by the link that was sent to it."""
    command = VerifyEmail(mail_request_id=mail_tokens.read(data.token, "verify_email"))
    return await commanding.run(
        verify_email, command, MARKET, lambda _: answer_with(200, VerifiedEmail())
    )


@post(
    "/v1/password-resets",
    operation_id="requestPasswordReset",
    opt={"rate_limit": "mail"},
    status_code=202,
    responses=answers(MailPromised, 202),
)
async def forget(
    data: JSONBody[MailWanted],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Have a link sent by which another password can be set, for an hour and once."""
    await email_limits.judge_mail(data.email, request.scope)
    command = RequestPasswordReset(email=data.email)
    response = await commanding.run(
        request_password_reset, command, MARKET, lambda _: answer_with(202, MailPromised())
    )
    # A reader who waits for it would learn nothing, and a token only tempts to wait.
    response.headers.pop(CONSISTENCY_HEADER, None)
    return response


@post(
    "/v1/password-resets/complete",
    operation_id="resetPassword",
    opt={**ENDS_RIGHTS, "rate_limit": "log_in"},
    status_code=200,
    responses=answers(PasswordSet),
)
async def reset(
    data: JSONBody[NewPassword],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    mail_tokens: NamedDependency[SignedIds],
) -> Response[bytes]:
    """Set another password by the link of a mail; every session ends."""
    mail_request_id = mail_tokens.read(data.token, "reset_password")
    async with reads.within(MARKET) as connection:
        about = await find_addressee(connection, mail_request_id)
    command = ResetPassword(
        mail_request_id=mail_request_id,
        password_hash=await passwords.hashed(data.password, *about),
    )
    return await commanding.run(
        reset_password, command, MARKET, lambda _: answer_with(200, PasswordSet())
    )


ROUTES = [send_again, verify, forget, reset]
