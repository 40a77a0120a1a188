"""Somebody ends a session of theirs, perhaps on a device that was lost."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.events import EndReason
from plaza.contexts.identity.session import Session
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class RevokeSession(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    session_id: UUID
    reason: EndReason = "revoked"


async def revoke_session(command: RevokeSession, work: UnitOfWork) -> UUID:
    """End it.

    Raises:
        NotThere: it is another's, or over.
    """
    session = await work.session.get(Session, command.session_id, with_for_update=True)
    if session is None or session.account_id != command.account_id or session.is_over(work.now):
        raise NotThere
    work.publish(session.revoke(command.reason, work.now))
    return session.id
