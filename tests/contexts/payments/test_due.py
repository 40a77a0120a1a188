"""Looking for what is due costs one look at an index that holds only what waits."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from plaza.contexts.payments import due_operations, due_payments
from plaza.contexts.payments.due_operations import open_payment_pool
from plaza.settings import Settings
from writing.watching import watching

# Of what has come to an end, a lot.
FILL = """
    INSERT INTO payments.payment (id, order_id, provider, currency, amount_minor, status,
        expires_at, version)
    SELECT gen_random_uuid(), gen_random_uuid(), 'scripted', 'GBP', 100, 'paid', now(), 1
    FROM generate_series(1, 5000);
    INSERT INTO payments.operation (id, payment_id, order_id, kind, amount_minor, currency, status)
    SELECT gen_random_uuid(), id, order_id, 'refund', 100, 'GBP', 'succeeded'
    FROM payments.payment;
    ANALYZE payments.payment; ANALYZE payments.operation;
"""


@pytest_asyncio.fixture(loop_scope="session")
async def pool(fresh_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    assert fresh_settings.database_url is not None
    async with watching(fresh_settings) as database:
        await database.execute(FILL)
    opened = await open_payment_pool(fresh_settings.database_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (due_operations.CLAIM, "operation_next_attempt_at_idx"),
        (due_payments.CLAIM, "payment_next_check_at_idx"),
    ],
)
async def test_what_is_over_is_not_looked_at(
    pool: asyncpg.Pool, statement: str, index: str
) -> None:
    rows = await pool.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", 4, 30)

    plan = "\n".join(row[0] for row in rows)
    assert index in plan
    assert "Rows Removed by Filter" not in plan
    assert f"Seq Scan on {'operation' if 'operation' in index else 'payment'} o" not in plan
