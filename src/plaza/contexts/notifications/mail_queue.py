"""The mails that are due, taken by one sender at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

LEASE_S = 60
"""Longer than one delivery may take: who holds a lease is the only one who sends."""
POOL_SIZE_MAX = 2
DELAY_JITTER = 0.2

# For an index to be used under row-level security: a column of its own, since COALESCE of two
# counts as leaking, and now() instead of clock_timestamp().
DUE = """
    SELECT id FROM notifications.mail
    WHERE status IN ('pending', 'sending') AND next_attempt_at <= now()
    ORDER BY next_attempt_at LIMIT $1
"""

CLAIM = f"""
    WITH due AS ({DUE} FOR UPDATE SKIP LOCKED)
    UPDATE notifications.mail m
    SET status = 'sending', attempts = attempts + 1,
        leased_until = now() + make_interval(secs => $2),
        next_attempt_at = now() + make_interval(secs => $2)
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.kind, coalesce(m.about_id, m.id), m.attempts, m.leased_until
"""

# The lease tells one sender's attempt from another's: who has lost it has nothing to say.
CONCLUDE = """
    UPDATE notifications.mail
    SET status = $3, last_error = $4, leased_until = NULL,
        next_attempt_at = CASE WHEN $3 = 'pending'
            THEN clock_timestamp() + make_interval(secs => $5) * (1 + random() * $6)
            ELSE next_attempt_at END,
        sent_at = CASE WHEN $3 = 'sent' THEN clock_timestamp() END
    WHERE id = $1 AND leased_until = $2
    RETURNING true
"""


class ClaimedMail(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    about_id: UUID
    """What it is about; often its own id."""
    attempts: int
    """This one counted."""
    leased_until: datetime


class Outcome(msgspec.Struct, frozen=True):
    """What became of an attempt."""

    status: Literal["pending", "sent", "dropped", "failed"]
    reason: str | None = None
    """Why it was not sent; neither an address nor a secret."""
    delay_s: int = 0
    """How long to wait, at least, before the next attempt."""


class MailQueue:
    """Claims and concludes; each is a short transaction of its own, and nothing is sent in one."""

    def __init__(self, pool: asyncpg.Pool, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease_s = lease_s

    async def claim(self, limit: int) -> Sequence[ClaimedMail]:
        """Take what is due, the longest due first; nobody else gets it before the lease ends."""
        rows = await self._pool.fetch(CLAIM, limit, self._lease_s)
        return [ClaimedMail(*row) for row in rows]

    async def conclude(self, mail: ClaimedMail, outcome: Outcome) -> bool:
        """Record what became of it.

        Returns:
            Whether the lease was still held; otherwise another sender has taken the mail over.
        """
        told = (outcome.status, outcome.reason, outcome.delay_s, DELAY_JITTER)
        held = await self._pool.fetchval(CONCLUDE, mail.id, mail.leased_until, *told)
        return held is True


async def open_mail_pool(database_url: str) -> asyncpg.Pool:
    """Connections that see the mails; the first is made when it is needed."""
    return await asyncpg.create_pool(
        database_url,
        min_size=0,
        max_size=POOL_SIZE_MAX,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "lock_timeout": "2s",
            "statement_timeout": "5s",
            "application_name": "plaza mails",
            "jit": "off",
        },
    )
