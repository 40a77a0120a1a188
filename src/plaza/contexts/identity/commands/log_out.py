"""Somebody leaves this device."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.commands.revoke_session import RevokeSession, revoke_session
from plaza.writing.unit_of_work import UnitOfWork


class LogOut(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    session_id: UUID


async def log_out(command: LogOut, work: UnitOfWork) -> UUID:
    """End the session that the caller came with."""
    ending = RevokeSession(
        account_id=command.account_id, session_id=command.session_id, reason="logged_out"
    )
    return await revoke_session(ending, work)
