"""Routes by which people come in: registration, log-in, and what keeps it going."""

from typing import Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.identity.account import EmailNotVerified
from plaza.contexts.identity.commands.log_in import (
    LogIn,
    WrongCredentials,
    log_in,
)
from plaza.contexts.identity.commands.refresh_session import RefreshSession, refresh_session
from plaza.contexts.identity.commands.refuse_log_in import RefuseLogIn, refuse_log_in
from plaza.contexts.identity.commands.register_account import (
    RegisterAccount,
    register_account,
)
from plaza.contexts.identity.http_cookies import Mode, SessionAnswers, SessionTokens
from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.queries.find_credentials import find_credentials
from plaza.contexts.identity.queries.find_second_factor import find_second_factor
from plaza.contexts.identity.session import (
    RefreshTokenReused,
    RefreshTokenText,
    Successors,
)
from plaza.contexts.identity.totp_codes import CHECK_CODE, CodeText, TotpCodes
from plaza.kernel.actor import MARKET
from plaza.kernel.ids import new_id
from plaza.kernel.networks import Address, address_in
from plaza.kernel.text import EmailText, Name
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.rate_limits.emails import EmailLimits
from plaza.web.request import PlazaRequest
from plaza.writing.answer import answer_with
from plaza.writing.runner import CONSISTENCY_HEADER


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: EmailText
    password: PasswordText
    name: Name


class Registered(msgspec.Struct, frozen=True):
    """The same for an e-mail that has an account already."""

    status: Literal["check_your_mail"] = "check_your_mail"


class LoginForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: EmailText
    password: PasswordText
    code: CodeText | None = None
    """Of the authenticator app, or a recovery code, where the account has a second factor."""
    mode: Mode = "bearer"
    """`cookie`: the browser keeps the tokens, and no script can read them."""


class RefreshForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: RefreshTokenText | None = None
    """Left out, the cookie of the browser is taken, and cookies are set again."""


@post(
    "/v1/accounts",
    operation_id="registerAccount",
    opt={"rate_limit": "mail"},
    status_code=202,
    responses=answers(Registered, 202),
)
async def register(
    data: JSONBody[Registration],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Make an account; what becomes of it is told by mail only."""
    await email_limits.judge_mail(data.email, request.scope)
    password_hash = await passwords.hashed(data.password, data.email, data.name)
    command = RegisterAccount(email=data.email, name=data.name, password_hash=password_hash)
    response = await commanding.run(
        register_account,
        command,
        MARKET,
        lambda _: answer_with(202, Registered()),
        is_secret=True,
    )
    # It would tell a new account from one that there is.
    response.headers.pop(CONSISTENCY_HEADER, None)
    return response


@post(
    "/v1/sessions",
    operation_id="logIn",
    opt={"rate_limit": "log_in"},
    responses=answers(SessionTokens, 201, also=(401, 403)),
)
async def open_session(
    data: JSONBody[LoginForm],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    sessions: NamedDependency[SessionAnswers],
    totp_codes: NamedDependency[TotpCodes],
    settings: NamedDependency[Settings],
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Log in with e-mail and password, and the code of a second factor where there is one."""
    if data.mode == "cookie":
        sessions.check_origin(request)
    passwords.refuse_when_busy()
    await email_limits.judge_log_in(data.email, request.scope)
    async with reads.within(MARKET) as connection:
        held = await find_credentials(connection, data.email)
        # Asked of nobody too, so that an unknown address costs the same.
        account_id = new_id() if held is None else held.account_id
        secret = await find_second_factor(connection, account_id)
    hashed = None if held is None else held.password_hash
    if not await passwords.matches(data.password, hashed) or held is None:
        guess = RefuseLogIn(account_id=None if held is None else held.account_id)
        return await commanding.run(refuse_log_in, guess, MARKET, lambda never: never)
    if settings.require_verified_email and not held.is_verified:
        raise EmailNotVerified("Open the link in the mail that was sent at registration.")
    command = LogIn(
        account_id=held.account_id,
        user_agent=request.headers.get("user-agent"),
        ip_address=address_of(request),
        checked_hash=hashed,
        better_hash=await _better_hash(data.password, hashed, passwords),
        shown_code=None
        if data.code is None
        else totp_codes.shown(data.code, secret, held.account_id),
    )
    response = await commanding.run(
        log_in, command, MARKET, lambda opened: sessions.answer(opened, data.mode), is_secret=True
    )
    if response.status_code == WrongCredentials.status:
        raise WrongCredentials(CHECK_CODE)
    await email_limits.note_log_in(data.email, request.scope)
    return sessions.told(response, data.mode)


async def _better_hash(password: str, held: str | None, passwords: Passwords) -> str | None:
    """The same password under today's parameters, where it was hashed under lesser ones."""
    if held is None or not passwords.is_outdated(held):
        return None
    return await passwords.rehashed(password)


def address_of(request: PlazaRequest) -> Address | None:
    """Where a request comes from; None on a socket that has no addresses."""
    return None if request.client is None else address_in(request.client.host)


@post(
    "/v1/sessions/refresh",
    operation_id="refreshSession",
    responses=answers(SessionTokens, 201, also=(401, 403)),
)
async def refresh(
    data: JSONBody[RefreshForm],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    sessions: NamedDependency[SessionAnswers],
    successors: NamedDependency[Successors],
) -> Response[bytes]:
    """Go on: the token is exchanged for its one successor, which counts from then on."""
    mode: Mode = "cookie" if data.refresh_token is None else "bearer"
    token = sessions.refresh_token_in(request) if data.refresh_token is None else data.refresh_token
    command = RefreshSession(refresh_token=token, successor_token=successors.after(token))
    response = await commanding.run(
        refresh_session,
        command,
        MARKET,
        lambda o: sessions.answer(o, mode),
        is_secret=True,
        # In a cookie it is no part of the body: another browser's repeat is another request.
        shown=token,
    )
    if response.status_code == RefreshTokenReused.status:
        raise RefreshTokenReused("The session has been ended; log in again.")
    return sessions.told(response, mode)


ROUTES = [register, open_session, refresh]
