"""Routes about where a person is logged in."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.contexts.identity.commands.log_out import LogOut, log_out
from plaza.contexts.identity.commands.revoke_session import RevokeSession, revoke_session
from plaza.contexts.identity.http_cookies import without_cookies
from plaza.contexts.identity.queries.list_sessions import SessionList, list_sessions
from plaza.kernel.actor import Surface
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import Answer, answer_with


class EndedSession(msgspec.Struct, frozen=True):
    id: UUID
    status: Literal["ended"] = "ended"


def _ended_answer(session_id: UUID) -> Answer:
    return answer_with(200, EndedSession(session_id))


@get(
    "/v1/sessions",
    operation_id="listSessions",
    guards=[authenticated],
    responses=answers(SessionList),
)
async def own_sessions(
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """The sessions that are going on, the latest first."""
    caller = commanding.caller
    async with reads.within(Surface(account_id=caller.account_id)) as connection:
        found = await list_sessions(
            connection, cursors, caller.account_id, caller.session_id, limit, cursor
        )
    return private_answer(msgspec.json.encode(found), {})


@delete(
    "/v1/sessions/{session:uuid}",
    operation_id="revokeSession",
    opt={**ENDS_RIGHTS, "rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(EndedSession),
)
async def revoke(
    session: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """End a session of one's own, at once and on every device."""
    account_id = commanding.caller.account_id
    command = RevokeSession(account_id=account_id, session_id=session)
    surface = Surface(account_id=account_id)
    return await commanding.run(revoke_session, command, surface, _ended_answer)


@delete(
    "/v1/sessions/current",
    operation_id="logOut",
    opt={**ENDS_RIGHTS, "rate_limit": "account"},
    status_code=200,
    guards=[authenticated],
    responses=answers(EndedSession, also=(404,)),
)
async def leave(request: PlazaRequest, commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """End the session that asks."""
    caller = commanding.caller
    command = LogOut(account_id=caller.account_id, session_id=caller.session_id)
    surface = Surface(account_id=caller.account_id)
    response = await commanding.run(log_out, command, surface, _ended_answer)
    return without_cookies(request, response)


ROUTES = [own_sessions, revoke, leave]
