"""What a command works with: its transaction, its caller, and the facts that it leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Actor, Surface
from plaza.kernel.event import Event


class UnitOfWork:
    """One command's transaction; only the runner begins and ends it.

    Attributes:
        session: the open transaction.
        now: the database's time at the transaction's start.
    """

    def __init__(
        self, session: AsyncSession, actor: Actor, surface: Surface, now: datetime
    ) -> None:
        self.session = session
        self.actor = actor
        self.surface = surface
        self.now = now
        self.events: list[Event] = []

    def publish(self, *events: Event) -> None:
        """Leave facts; they are appended to the log after everything else is written."""
        self.events.extend(events)

    async def flush(self) -> None:
        """Write the aggregates' changes now, versions compared and set."""
        await self.session.flush()
