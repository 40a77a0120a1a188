"""Routes about a person's whole presence on the marketplace."""

from typing import Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from plaza.contexts.identity.passwords import Passwords, PasswordText
from plaza.contexts.identity.proof import proven_hash
from plaza.contexts.identity.queries.find_credentials import find_own_credentials
from plaza.crossings.accounts.erase_account import EraseAccount, erase_account
from plaza.kernel.actor import MARKET
from plaza.reading.pools import PrivateReads
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import answer_with


class Erasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: PasswordText | UnsetType = UNSET
    """The account's, if it has one; else a log-in of the last ten minutes is needed."""


class ErasedAccount(msgspec.Struct, frozen=True):
    status: Literal["erased"] = "erased"


@post(
    "/v1/account/erase",
    operation_id="eraseAccount",
    opt={**ENDS_RIGHTS, "rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(ErasedAccount, also=(403,)),
)
async def erase(
    data: JSONBody[Erasure],
    commanding: NamedDependency[Commanding],
    passwords: NamedDependency[Passwords],
    reads: NamedDependency[PrivateReads],
) -> Response[bytes]:
    """Have everything forgotten that is held about the person who asks, for good."""
    caller = commanding.caller
    async with reads.within(MARKET) as connection:
        held = await find_own_credentials(connection, caller.account_id, caller.session_id)
    given = None if data.password is UNSET else data.password
    checked = await proven_hash(held, given, passwords)
    command = EraseAccount(account_id=caller.account_id, checked_hash=checked)
    return await commanding.run(
        erase_account, command, MARKET, lambda _: answer_with(200, ErasedAccount())
    )


ROUTES = [erase]
