"""What a command works with: its transaction, its caller, and the facts that it leaves."""

from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Actor, Surface
from plaza.kernel.event import Event
from plaza.outbox.driver import driver_of
from plaza.writing.direct_rows import flush


class UnitOfWork:
    """One command's transaction; only the runner begins and ends it.

    Attributes:
        session: the open transaction.
        now: the database's time at the transaction's start.
        attempt: how many attempts at the command there were before, each in its own transaction.
    """

    def __init__(
        self,
        session: AsyncSession,
        actor: Actor,
        surface: Surface,
        now: datetime,
        attempt: int = 0,
    ) -> None:
        self.session = session
        self.actor = actor
        self.surface = surface
        self.now = now
        self.attempt = attempt
        self.events: list[Event] = []
        self.about: dict[str, UUID] = {}
        self.reason: str | None = None

    def publish(self, *events: Event) -> None:
        """Leave facts; they are appended to the log after everything else is written."""
        self.events.extend(events)

    def account_for(self, about: dict[str, UUID], reason: str | None = None) -> None:
        """Have the journal tell of changes that leave no fact, by kind and id, and why."""
        self.about, self.reason = about, reason

    async def flush(self) -> None:
        """Write the aggregates' changes now, versions compared and set."""
        await flush(self.session)

    async def connection(self) -> asyncpg.Connection:
        """The driver's own connection, in the same transaction, with all changes written.

        For the statements over many rows at once that an ORM would make many of.
        """
        await self.flush()
        return await driver_of(self.session)
