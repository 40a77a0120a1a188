"""Payments that need looking after: nobody knows what became of an attempt, or nobody came back."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

LEASE_S = 30
"""Longer than a look takes, so that only the holder of a lease asks."""

DUE = """
    SELECT id FROM payments.payment
    WHERE next_check_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())
    ORDER BY next_check_at LIMIT $1
"""

CLAIM = f"""
    WITH due AS ({DUE} FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE payments.payment p
    SET claimed_until = now() + make_interval(secs => $2),
        next_check_at = now() + make_interval(secs => $2)
    FROM due WHERE p.id = due.id
    RETURNING p.id, p.order_id, p.provider, p.operation_id,
        p.status = 'pending' AND p.expires_at > now() AS is_awaited,
        ARRAY(SELECT o.id FROM payments.operation o WHERE o.payment_id = p.id
            AND o.kind = 'authorization' AND o.status = 'requested' ORDER BY o.id) AS open_attempts
"""


class DuePayment(msgspec.Struct, frozen=True, kw_only=True):
    """What to look after.

    Attributes:
        operation_id: its last attempt.
        is_awaited: whether the shopper may still pay.
        open_attempts: those that have no outcome yet; the last one may be among them.
    """

    id: UUID
    order_id: UUID
    provider: str
    operation_id: UUID
    is_awaited: bool
    open_attempts: list[UUID]

    def closes(self, attempt_id: UUID) -> bool:
        """Whether the attempt is to be closed at the provider, unless it was approved."""
        return not self.is_awaited or attempt_id != self.operation_id


class DuePayments:
    """Claims payments, in short transactions; providers are asked outside of them."""

    def __init__(self, pool: asyncpg.Pool, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease_s = lease_s

    async def claim(self, limit: int) -> Sequence[DuePayment]:
        """Take what is due, the longest due first; nobody else gets it before the lease ends."""
        rows = await self._pool.fetch(CLAIM, limit, self._lease_s)
        return [DuePayment(**row) for row in rows]
