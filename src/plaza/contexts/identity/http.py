"""Routes about accounts and sessions."""

from typing import Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.identity.commands.log_in import LogIn, OpenedSession, log_in
from plaza.contexts.identity.commands.refresh_session import (
    RefreshSession,
    RefreshTokenReused,
    refresh_session,
)
from plaza.contexts.identity.commands.register_account import (
    RegisterAccount,
    register_account,
)
from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.queries.find_credentials import find_credentials
from plaza.contexts.identity.queries.get_account import AccountDocument, get_account
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.refusals import Forbidden, NotAuthenticated
from plaza.kernel.text import EmailText, Name
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from plaza.web.answering import private_answer
from plaza.web.authentication import ACCESS_TOKEN_LIFETIME, AccessTokens, authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest
from plaza.writing.answer import Answer, answer_with
from plaza.writing.runner import CONSISTENCY_HEADER


class WrongCredentials(NotAuthenticated):
    code = "wrong_credentials"
    title = "E-mail or password is wrong"


class EmailNotVerified(Forbidden):
    code = "email_not_verified"
    title = "The e-mail address is not verified yet"


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


class RefreshForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: str


class TokenPair(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds that the access token is good for."""
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  a word of the protocol


def _tokens_answer(opened: OpenedSession, tokens: AccessTokens) -> Answer:
    pair = TokenPair(
        access_token=tokens.issue(opened.account_id, opened.session_id),
        refresh_token=opened.refresh_token,
        expires_in=int(ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
    return answer_with(201, pair, cache_control="no-store")


@post(
    "/v1/accounts",
    operation_id="registerAccount",
    status_code=202,
    responses=answers(Registered, 202),
)
async def register(
    data: JSONBody[Registration],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
) -> Response[bytes]:
    command = RegisterAccount(
        email=data.email, name=data.name, password_hash=await passwords.hashed(data.password)
    )
    response = await commanding.run(
        register_account,
        command,
        MARKET,
        lambda _: answer_with(202, Registered()),
        keeps_answer=False,
    )
    # It would tell a new account from one that there is.
    response.headers.pop(CONSISTENCY_HEADER, None)
    return response


@post(
    "/v1/sessions",
    operation_id="logIn",
    responses=answers(TokenPair, 201, also=(401, 403)),
)
async def open_session(
    data: JSONBody[LoginForm],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    tokens: NamedDependency[AccessTokens],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    async with reads.within(MARKET) as connection:
        held = await find_credentials(connection, data.email)
    hashed = None if held is None else held.password_hash
    if not await passwords.matches(data.password, hashed) or held is None:
        raise WrongCredentials("Check both and try again.")
    if settings.require_verified_email and not held.is_verified:
        raise EmailNotVerified("Open the link in the mail that was sent at registration.")
    command = LogIn(account_id=held.account_id, user_agent=request.headers.get("user-agent"))
    return await commanding.run(
        log_in,
        command,
        MARKET,
        lambda opened: _tokens_answer(opened, tokens),
        keeps_answer=False,
    )


@post(
    "/v1/sessions/refresh",
    operation_id="refreshSession",
    responses=answers(TokenPair, 201, also=(401,)),
)
async def refresh(
    data: JSONBody[RefreshForm],
    commanding: NamedDependency[Commanding],
    tokens: NamedDependency[AccessTokens],
) -> Response[bytes]:
    def answer(opened: OpenedSession | None) -> Answer:
        return answer_with(401, None) if opened is None else _tokens_answer(opened, tokens)

    command = RefreshSession(refresh_token=data.refresh_token)
    response = await commanding.run(refresh_session, command, MARKET, answer, keeps_answer=False)
    if response.status_code == RefreshTokenReused.status:
        raise RefreshTokenReused("The session has been ended; log in again.")
    return response


@get(
    "/v1/account",
    operation_id="getAccount",
    guards=[authenticated],
    responses=answers(AccountDocument),
)
async def own_account(
    commanding: NamedDependency[Commanding], reads: NamedDependency[PrivateReads]
) -> Response[bytes]:
    account_id = commanding.caller.account_id
    async with reads.within(Surface(account_id=account_id)) as connection:
        document = await get_account(connection, account_id)
    return private_answer(msgspec.json.encode(document), {})


ROUTES = [register, open_session, refresh, own_account]
