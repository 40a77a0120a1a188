"""A session goes on: the refresh token is exchanged for its successor."""

import msgspec

from plaza.contexts.identity.commands.log_in import OpenedSession
from plaza.contexts.identity.session import new_refresh_token, use_refresh_token
from plaza.kernel.refusals import NotAuthenticated
from plaza.writing.unit_of_work import UnitOfWork


class RefreshTokenReused(NotAuthenticated):
    code = "refresh_token_reused"
    title = "The refresh token was used before; its session is ended"


class RefreshSession(msgspec.Struct, frozen=True, kw_only=True):
    refresh_token: str


async def refresh_session(command: RefreshSession, work: UnitOfWork) -> OpenedSession | None:
    """Exchange the token.

    Returns:
        None where the token was used before: then its session has been ended, because one of the
        two who hold it is a thief.
    """
    token, session = await use_refresh_token(command.refresh_token, work)
    if token.used_at is not None:
        session.revoked_at = work.now
        return None
    token.used_at = work.now
    return OpenedSession(session.account_id, session.id, new_refresh_token(session, work))
