"""Safe repeats: a key's first outcome is kept in the transaction of its command."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.kernel.sealed import opened, sealed
from plaza.outbox.driver import driver_of
from plaza.writing.answer import Answer

UNFINISHED_STATUS = 102
"""Of an answer that only names what was begun: a later command has the final one (RFC 2518)."""

# Final outcomes are kept: success, and what no repeat of the same request would change.
FINAL_REFUSALS = (409, 422)

# One statement: what is committed between its snapshot and its lock is not seen, and then refused
# by the unique key, with everything that was done for it.
TRY_FIND = """
    SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0)) AS locked,
        i.fingerprint, i.status, i.headers::text AS headers, i.body
    FROM (SELECT) AS here LEFT JOIN writing.idempotency i ON i.scope = $1 AND i.key = $2
"""

# Who finishes what is unfinished has done the work: the look-ups of repeats are waited for.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0))"

STORE = """
    INSERT INTO writing.idempotency (scope, key, fingerprint, status, headers, body)
    VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING true
"""

FINISH = f"""
    UPDATE writing.idempotency SET status = $4, headers = $5::text::jsonb, body = $6
    WHERE scope = $1 AND key = $2 AND fingerprint = $3 AND status = {UNFINISHED_STATUS}
    RETURNING true
"""


class RequestInProgress(Conflict):
    code = "request_in_progress"
    title = "The first request with this key still runs"


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    title = "The key belongs to another request"


class Repeatable(msgspec.Struct, frozen=True):
    """A key that makes a request safe to repeat.

    Attributes:
        scope: principal and operation; the same key in another scope is another key.
        fingerprint: digest of raw body, path and query.
        finishes: whether an unfinished answer is there, which this command's takes the place of.
        seal: where the answer carries a secret, the key that it is kept sealed with; it cannot be
            made without the key that the caller chose, of which `key` then is a digest.
    """

    scope: str
    key: str
    fingerprint: bytes
    seal: bytes | None = None
    finishes: bool = False


async def first_answer(session: AsyncSession, repeatable: Repeatable) -> Answer | None:
    """What the key's first request was answered; None when this is the first.

    Raises:
        RequestInProgress: the first one still runs; nobody waits for it.
        KeyReused: the key came with another request before.
    """
    driver = await driver_of(session)
    if repeatable.finishes:
        await driver.execute(LOCK, repeatable.scope, repeatable.key)
    row = await driver.fetchrow(TRY_FIND, repeatable.scope, repeatable.key)
    assert row is not None
    if not row["locked"]:
        raise RequestInProgress("Try again when the first request has been answered.")
    status = row["status"]
    if status is None or (repeatable.finishes and status == UNFINISHED_STATUS):
        return None
    if row["fingerprint"] != repeatable.fingerprint:
        raise KeyReused("Use a new Idempotency-Key for a request that differs in any byte.")
    if repeatable.seal is not None:
        content = opened(row["body"], repeatable.seal, repeatable.scope)
        return msgspec.msgpack.decode(content, type=Answer)
    return Answer(status, row["body"], msgspec.json.decode(row["headers"]))


async def keep_answer(session: AsyncSession, repeatable: Repeatable, answer: Answer) -> None:
    """Keep the answer for repeats.

    Raises:
        RequestInProgress: the key was stored meanwhile, which its lock should have prevented.
    """
    held = answer
    if repeatable.seal is not None:
        # Headers are sealed too: cookies stand in them.
        content = msgspec.msgpack.encode(answer)
        held = Answer(answer.status, sealed(content, repeatable.seal, repeatable.scope))
    driver = await driver_of(session)
    stored = await driver.fetchval(
        FINISH if repeatable.finishes else STORE,
        repeatable.scope,
        repeatable.key,
        repeatable.fingerprint,
        held.status,
        msgspec.json.encode(held.headers).decode(),
        held.body,
    )
    if stored is None:
        raise RequestInProgress("Try again: the first request has just been answered.")
