"""How a command's transaction begins: role, scope, and the look for an earlier answer.

All of it is one statement where it can be: each round trip more costs every command.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface
from plaza.outbox.driver import begun_driver, driver_of
from plaza.writing.answer import Answer
from plaza.writing.idempotency import Repeatable, first_answer

ENTERED = """
    set_config('role', 'plaza_app', true), set_config('plaza.vendor_id', $1, true),
    set_config('plaza.account_id', $2, true), set_config('plaza.cart_id', $3, true),
    set_config('plaza.order_id', $4, true), set_config('plaza.scope', $5, true), now() AS now
"""
ENTER = f"SELECT {ENTERED}"

LOCK_ID = "hashtextextended($6 || chr(10) || $7, 0)"
FOUND = "i.fingerprint, i.status, i.headers::text AS headers, i.body, i.last_event"

# One statement: an answer that is committed between its snapshot and its lock is not seen. The
# command then runs once more, until the unique key refuses it and all that it has done.
ENTER_AND_FIND = f"""
    SELECT {ENTERED}, pg_try_advisory_xact_lock({LOCK_ID}) AS locked, {FOUND}
    FROM (SELECT) AS here LEFT JOIN writing.idempotency i ON i.scope = $6 AND i.key = $7
"""

# A command that finishes an unfinished answer waits for the lock, since its work is done already.
# What was committed meanwhile is seen only by a statement that begins after the wait.
ENTER_AND_LOCK = f"{ENTER}, pg_advisory_xact_lock({LOCK_ID})"
FIND = f"""
    SELECT true AS locked, {FOUND}
    FROM (SELECT) AS here LEFT JOIN writing.idempotency i ON i.scope = $1 AND i.key = $2
"""


class Begun(NamedTuple):
    """A transaction that was begun.

    Attributes:
        now: the database's time at its start.
        first: what the key's first request was answered; None where this is the first.
    """

    now: datetime
    first: Answer | None = None


async def begin(
    session: AsyncSession, surface: Surface, repeatable: Repeatable | None = None
) -> Begun:
    """Begin as the role of the application in the scope of the surface, and hold the key.

    Raises:
        RequestInProgress: the first request with the key still runs; nobody waits for it.
        KeyReused: the key came with another request before.
    """
    settings = tuple(surface.settings().values())
    if repeatable is None:
        return Begun((await _begun(session, ENTER, settings))["now"])
    told = (*settings, repeatable.scope, repeatable.key)
    if repeatable.finishes:
        now = (await _begun(session, ENTER_AND_LOCK, told))["now"]
        driver = await driver_of(session)
        found = await driver.fetchrow(FIND, repeatable.scope, repeatable.key)
        assert found is not None
        return Begun(now, first_answer(dict(found), repeatable))
    row = await _begun(session, ENTER_AND_FIND, told)
    return Begun(row["now"], first_answer(row, repeatable))


async def _begun(
    session: AsyncSession, statement: str, values: tuple[str, ...]
) -> Mapping[Any, Any]:
    connection = await session.connection()
    # Through the dialect, which begins the transaction with its own first statement.
    result = await connection.exec_driver_sql(statement, values)
    await begun_driver(session)
    return result.mappings().one()
