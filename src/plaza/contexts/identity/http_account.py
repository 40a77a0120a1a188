"""Routes about a person's own account."""

from typing import Literal

import msgspec
from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from plaza.contexts.identity.account import Account
from plaza.contexts.identity.commands.change_account import ChangeAccount, change_account
from plaza.contexts.identity.commands.change_password import ChangePassword, change_password
from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.proof import proven_hash
from plaza.contexts.identity.queries.export_account import (
    AccountExport,
    Elsewhere,
    export_account,
)
from plaza.contexts.identity.queries.find_credentials import find_own_credentials
from plaza.contexts.identity.queries.get_account import AccountDocument, get_account
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.refusals import Conflict
from plaza.kernel.text import EmailText, Name
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_REQUIRED, answers
from plaza.web.rate_limits.emails import EmailLimits
from plaza.web.request import PlazaRequest
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import Answer, answer_with


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    email: EmailText | UnsetType = UNSET
    password: PasswordText | UnsetType = UNSET
    """The account's; another e-mail needs it."""


class NoPassword(Conflict):
    code = "no_password"
    title = "The account has no password yet"


class AnotherPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current_password: PasswordText
    new_password: PasswordText


class ChangedPassword(msgspec.Struct, frozen=True):
    sessions_ended: int
    """On other devices."""
    status: Literal["changed"] = "changed"


def account_answer(account: Account) -> Answer:
    """The present state of the account."""
    assert account.email is not None
    document = AccountDocument(
        id=account.id,
        email=account.email,
        name=account.name,
        is_operator=account.is_operator,
        email_verified_at=account.email_verified_at,
        version=account.version,
        created_at=account.created_at,
        pending_email=account.pending_email,
        has_password=account.password_hash is not None,
    )
    return answer_with(200, document, etag=f'"{account.version}"')


@get(
    "/v1/account",
    operation_id="getAccount",
    guards=[authenticated],
    responses=answers(AccountDocument),
)
async def own_account(
    commanding: NamedDependency[Commanding], reads: NamedDependency[PrivateReads]
) -> Response[bytes]:
    """Your own account; its `ETag` is what changeAccount wants as If-Match."""
    account_id = commanding.caller.account_id
    async with reads.within(Surface(account_id=account_id)) as connection:
        document = await get_account(connection, account_id)
    return private_answer(msgspec.json.encode(document), {"etag": f'"{document.version}"'})


@patch(
    "/v1/account",
    operation_id="changeAccount",
    opt={"rate_limit": "account"},
    guards=[authenticated],
    responses=answers(AccountDocument, also=(403, *IF_MATCH_REQUIRED)),
)
async def change(
    data: JSONBody[AccountChange],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
    request: PlazaRequest,
    email_limits: NamedDependency[EmailLimits],
) -> Response[bytes]:
    """Take another name at once; another e-mail counts when the mail sent there is opened."""
    caller = commanding.caller
    surface = Surface(account_id=caller.account_id)
    checked = None
    if data.email is not UNSET:
        await email_limits.judge_mail(data.email, request.scope)
        async with reads.within(surface) as connection:
            held = await find_own_credentials(connection, caller.account_id, caller.session_id)
        checked = await proven_hash(held, _given(data.password), passwords)
    command = ChangeAccount(
        account_id=caller.account_id,
        version=commanding.version,
        name=_given(data.name),
        email=_given(data.email),
        checked_hash=checked,
    )
    return await commanding.run(change_account, command, surface, account_answer)


@post(
    "/v1/account/password",
    operation_id="changePassword",
    opt={**ENDS_RIGHTS, "rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(ChangedPassword, also=(403,)),
)
async def take_password(
    data: JSONBody[AnotherPassword],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
) -> Response[bytes]:
    """Take another password; sessions on other devices end."""
    if (repeated := await commanding.repeated()) is not None:
        return repeated
    caller = commanding.caller
    surface = Surface(account_id=caller.account_id)
    async with reads.within(surface) as connection:
        held = await find_own_credentials(connection, caller.account_id, caller.session_id)
    checked = await proven_hash(held, data.current_password, passwords)
    if checked is None:
        raise NoPassword("Have one set by the mail of a password reset.")
    command = ChangePassword(
        account_id=caller.account_id,
        session_id=caller.session_id,
        checked_hash=checked,
        password_hash=await passwords.hashed(data.new_password, held.email, held.name),
    )
    return await commanding.run(
        change_password, command, surface, lambda ended: answer_with(200, ChangedPassword(ended))
    )


@get(
    "/v1/account/export",
    operation_id="exportAccount",
    guards=[authenticated],
    responses=answers(AccountExport),
)
async def export(
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    elsewhere: NamedDependency[Elsewhere],
) -> Response[bytes]:
    """Everything that the marketplace holds about the person who asks."""
    async with reads.within(MARKET) as connection:
        document = await export_account(connection, commanding.caller.account_id, elsewhere)
    headers = {"content-disposition": 'attachment; filename="account.json"'}
    return private_answer(msgspec.json.encode(document), headers)


def _given(value: str | UnsetType) -> str | None:
    return None if value is UNSET else value


ROUTES = [own_account, change, take_password, export]
