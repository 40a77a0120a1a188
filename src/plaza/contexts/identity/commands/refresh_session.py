"""A session goes on: the refresh token is exchanged for its successor."""

import msgspec

from plaza.contexts.identity.commands.log_in import OpenedSession
from plaza.contexts.identity.session import is_repeat, keep_refresh_token, locked_refresh_token
from plaza.writing.unit_of_work import UnitOfWork


class RefreshSession(msgspec.Struct, frozen=True, kw_only=True):
    refresh_token: str
    successor_token: str
    """The one token that follows it, as `Successors` tells."""


async def refresh_session(command: RefreshSession, work: UnitOfWork) -> OpenedSession | None:
    """Exchange the token.

    Returns:
        None where the token was used before, and not just now by two tabs at once: then its
        session has been ended, because one of the two who hold it is a thief.
    """
    token, session = await locked_refresh_token(command.refresh_token, work)
    if token.used_at is None:
        token.used_at = session.last_used_at = work.now
        keep_refresh_token(command.successor_token, session, work)
    elif not await is_repeat(token, command.successor_token, work):
        work.publish(session.revoke("token_reused", work.now))
        return None
    return OpenedSession(session.account_id, session.id, command.successor_token)
