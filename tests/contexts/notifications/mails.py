"""Mails in a database, and who sends them in the tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_contents import MailContents
from plaza.contexts.notifications.mail_queue import MailQueue, open_mail_pool
from plaza.contexts.notifications.mail_transport import MailTransport
from plaza.contexts.notifications.sending import Sending
from plaza.settings import Settings
from writing.watching import until

RECIPIENT = "ada@plaza.example"

QUEUE = """
    INSERT INTO notifications.mail (id, kind, version, attempts) VALUES ($1, $2, 1, $3)
"""
ROW = """
    SELECT *, extract(epoch FROM next_attempt_at - clock_timestamp()) AS due_in_s
    FROM notifications.mail WHERE id = $1
"""
MAKE_DUE = """
    UPDATE notifications.mail SET next_attempt_at = clock_timestamp(),
        leased_until = CASE WHEN status = 'sending' THEN clock_timestamp() END
    WHERE id = $1
"""


class Mails:
    """The mails of one database."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def queue(self, kind: str = "verify_email", attempts: int = 0) -> UUID:
        """A mail that is due."""
        mail_id = uuid4()
        await self.connection.execute(QUEUE, mail_id, kind, attempts)
        return mail_id

    async def row(self, mail_id: UUID) -> asyncpg.Record:
        row = await self.connection.fetchrow(ROW, mail_id)
        assert row is not None
        return row

    async def make_due(self, mail_id: UUID) -> None:
        """Have the time go by until its next attempt, or its lease's end."""
        await self.connection.execute(MAKE_DUE, mail_id)

    async def becomes(self, mail_id: UUID, status: str, timeout_s: float = 5) -> asyncpg.Record:
        """Wait until it has the status."""

        async def has_status() -> bool:
            return bool((await self.row(mail_id))["status"] == status)

        await until(has_status, timeout_s)
        return await self.row(mail_id)


@dataclass
class Postman:
    """A transport that does what it is told to, mail by mail; then it delivers."""

    outcomes: list[Exception] = field(default_factory=list)
    sent: list[UUID] = field(default_factory=list)
    under_way: list[UUID] = field(default_factory=list)
    met: list[UUID] = field(default_factory=list)
    """Mails that somebody else had under way at the same time."""
    may_deliver: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_deliver.set()

    async def send(self, mail_id: UUID, _: Letter) -> None:
        if mail_id in self.under_way:
            self.met.append(mail_id)
        self.under_way.append(mail_id)
        try:
            await self.may_deliver.wait()
            await asyncio.sleep(0)
        finally:
            self.under_way.remove(mail_id)
        if self.outcomes:
            raise self.outcomes.pop(0)
        self.sent.append(mail_id)


class EveryLetter:
    """Has a letter for everybody."""

    async def letter_of(self, kind: str, _: UUID) -> Letter | None:
        return Letter(recipient=RECIPIENT, subject=kind, text="Hello", html="<p>Hello</p>")


@asynccontextmanager
async def sending(
    settings: Settings,
    transport: MailTransport,
    contents: MailContents | None = None,
    **queue: Any,
) -> AsyncIterator[Sending]:
    """A sender that works until left; then it finishes what is under way."""
    assert settings.database_url is not None
    pool = await open_mail_pool(settings.database_url)
    sender = Sending(MailQueue(pool, **queue), contents or EveryLetter(), transport)
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.stop()
        await asyncio.wait([running])
        await pool.close()
    running.result()
