"""Safe repeats: a key's first outcome is kept in the transaction of its command."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.kernel.sealed import opened, sealed
from plaza.writing.answer import Answer

UNFINISHED_STATUS = 102
"""Of an answer that only names what was begun: a later command has the final one (RFC 2518)."""

# Final outcomes are kept: success, and what no repeat of the same request would change.
FINAL_REFUSALS = (409, 422)

TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:scope || chr(10) || :key, 0))")

# Who finishes what is unfinished has done the work: the look-ups of repeats are waited for.
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:scope || chr(10) || :key, 0))")

FIND = text("""
    SELECT fingerprint, status, headers, body FROM writing.idempotency
    WHERE scope = :scope AND key = :key
""")

STORE = text("""
    INSERT INTO writing.idempotency (scope, key, fingerprint, status, headers, body)
    VALUES (:scope, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body)
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING key
""")

FINISH = text(f"""
    UPDATE writing.idempotency SET status = :status, headers = CAST(:headers AS jsonb), body = :body
    WHERE scope = :scope AND key = :key AND fingerprint = :fingerprint
        AND status = {UNFINISHED_STATUS}
    RETURNING key
""")


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
    place = {"scope": repeatable.scope, "key": repeatable.key}
    if repeatable.finishes:
        await session.execute(LOCK, place)
    elif not await session.scalar(TRY_LOCK, place):
        raise RequestInProgress("Try again when the first request has been answered.")
    row = (await session.execute(FIND, place)).one_or_none()
    if row is None or (repeatable.finishes and row.status == UNFINISHED_STATUS):
        return None
    if row.fingerprint != repeatable.fingerprint:
        raise KeyReused("Use a new Idempotency-Key for a request that differs in any byte.")
    if repeatable.seal is not None:
        content = opened(row.body, repeatable.seal, repeatable.scope)
        return msgspec.msgpack.decode(content, type=Answer)
    return Answer(row.status, row.body, row.headers)


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
    stored = await session.scalar(
        FINISH if repeatable.finishes else STORE,
        {
            "scope": repeatable.scope,
            "key": repeatable.key,
            "fingerprint": repeatable.fingerprint,
            "status": held.status,
            "headers": msgspec.json.encode(held.headers).decode(),
            "body": held.body,
        },
    )
    if stored is None:
        raise RequestInProgress("Try again: the first request has just been answered.")
