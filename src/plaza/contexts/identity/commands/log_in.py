"""A session begins, once the password has been found right."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.session import SESSION_LIFETIME, Session, new_refresh_token
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork

USER_AGENT_LENGTH_MAX = 300


class LogIn(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    user_agent: str | None = None


class OpenedSession(msgspec.Struct, frozen=True):
    account_id: UUID
    session_id: UUID
    refresh_token: str


async def log_in(command: LogIn, work: UnitOfWork) -> OpenedSession:
    agent = command.user_agent
    session = Session(
        id=new_id(),
        account_id=command.account_id,
        user_agent=None if agent is None else agent[:USER_AGENT_LENGTH_MAX],
        expires_at=work.now + SESSION_LIFETIME,
        revoked_at=None,
    )
    work.session.add(session)
    await work.flush()
    return OpenedSession(session.account_id, session.id, new_refresh_token(session, work))
