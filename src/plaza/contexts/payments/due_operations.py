"""Captures, voids and refunds that the provider is to be asked for, by one process at a time."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.payments.operation import Kind
from plaza.contexts.payments.provider import MovementRequest
from plaza.kernel.money import Money

LEASE_S = 30
"""Longer than a provider may take, so that only the holder of a lease asks."""
POOL_SIZE_MAX = 2

# Written so that an index can be used under row-level security: a column by itself, and now()
# instead of clock_timestamp(). A refund waits for a capture that is under way.
DUE = """
    SELECT o.id FROM payments.operation o
    WHERE o.next_attempt_at <= now()
        AND (o.kind <> 'refund' OR NOT EXISTS (SELECT FROM payments.operation charge
            WHERE charge.payment_id = o.payment_id AND charge.kind = 'charge'
                AND charge.vendor_order_id = o.vendor_order_id AND charge.status = 'requested'))
    ORDER BY o.next_attempt_at LIMIT $1
"""

CLAIM = f"""
    WITH due AS ({DUE} FOR NO KEY UPDATE OF o SKIP LOCKED),
    claimed AS (
        UPDATE payments.operation o
        SET attempts = attempts + 1, claimed_until = now() + make_interval(secs => $2),
            next_attempt_at = now() + make_interval(secs => $2)
        FROM due WHERE o.id = due.id
        RETURNING o.*)
    SELECT c.id, c.kind, c.amount_minor, c.currency, c.attempts, p.provider,
        coalesce(a.provider_reference, p.provider_reference) AS reference
    FROM claimed c JOIN payments.payment p ON p.id = c.payment_id
    LEFT JOIN payments.operation a ON a.id = c.authorization_id
"""


class DueOperation(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask for; the key makes asking again harmless."""

    id: UUID
    kind: Kind
    amount_minor: int
    currency: str
    attempts: int
    """This one counted."""
    provider: str
    reference: str
    """Of the authorization, as the provider calls it."""

    def request(self) -> MovementRequest:
        amount = Money(self.amount_minor, self.currency)
        return MovementRequest(operation_id=self.id, reference=self.reference, amount=amount)


class DueOperations:
    """Claims operations, in short transactions; providers are asked outside of them."""

    def __init__(self, pool: asyncpg.Pool, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease_s = lease_s

    async def claim(self, limit: int) -> Sequence[DueOperation]:
        """Take what is due, the longest due first; nobody else gets it before the lease ends."""
        rows = await self._pool.fetch(CLAIM, limit, self._lease_s)
        return [DueOperation(**row) for row in rows]


async def open_payment_pool(database_url: str) -> asyncpg.Pool:
    """Connections that see the payments; the first is made when it is needed."""
    return await asyncpg.create_pool(
        database_url,
        min_size=0,
        max_size=POOL_SIZE_MAX,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "lock_timeout": "2s",
            "statement_timeout": "5s",
            "application_name": "plaza payments due",
            "jit": "off",
        },
    )
