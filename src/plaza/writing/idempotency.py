"""Safe repeats: a key's first outcome is kept in the transaction of its command."""

from collections.abc import Mapping
from typing import Any

import msgspec

from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.kernel.sealed import opened, sealed
from plaza.writing.answer import Answer

UNFINISHED_STATUS = 102
"""Of an answer that only names what was begun (RFC 2518); a later command finishes it."""

# Final outcomes are kept: success, and what no repeat of the same request would change.
FINAL_REFUSALS = (409, 422)

# As parts of the statement that ends a command, which gives `last` the last of its facts.
STORE = """
    INSERT INTO writing.idempotency (scope, key, fingerprint, status, headers, body, last_event)
    SELECT $3::text, $4::text, $5::bytea, $6::smallint, $7::text::jsonb, $8::bytea, last.event
    FROM last WHERE $3 IS NOT NULL
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING true
"""

FINISH = f"""
    UPDATE writing.idempotency i
    SET status = $6::smallint, headers = $7::text::jsonb, body = $8::bytea, last_event = last.event
    FROM last
    WHERE i.scope = $3::text AND i.key = $4::text AND i.fingerprint = $5::bytea
        AND i.status = {UNFINISHED_STATUS}
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
        finishes: whether this command's answer replaces an unfinished one.
        seal: where the answer carries a secret, the key that seals it in the database. It is
            derived from the caller's own key, of which `key` is only a digest then.
    """

    scope: str
    key: str
    fingerprint: bytes
    seal: bytes | None = None
    finishes: bool = False


def first_answer(row: Mapping[Any, Any], repeatable: Repeatable) -> Answer | None:
    """What the key's first request was answered; None when this is the first.

    Args:
        row: what is kept under the key, and whether the key could be locked.
        repeatable: how this request can be repeated.

    Raises:
        RequestInProgress: the first one still runs.
        KeyReused: the key came with another request before.
    """
    if not row["locked"]:
        raise RequestInProgress("Try again when the first request has been answered.")
    status = row["status"]
    if status is None or (repeatable.finishes and status == UNFINISHED_STATUS):
        return None
    if row["fingerprint"] != repeatable.fingerprint:
        raise KeyReused("Use a new Idempotency-Key for a request that differs in any byte.")
    if repeatable.seal is not None:
        content = opened(row["body"], repeatable.seal, repeatable.scope)
        held = msgspec.msgpack.decode(content, type=Answer)
        return msgspec.structs.replace(held, last_event=row["last_event"])
    return Answer(status, row["body"], msgspec.json.decode(row["headers"]), row["last_event"])


def kept_values(kept: tuple[Repeatable, Answer] | None) -> tuple[object, ...]:
    """The parameters of `STORE` and `FINISH` from scope to body; NULLs where nothing is kept."""
    if kept is None:
        return (None,) * 6
    repeatable, answer = kept
    held = answer
    if repeatable.seal is not None:
        # Headers are sealed too: cookies stand in them.
        content = msgspec.msgpack.encode(answer)
        held = Answer(answer.status, sealed(content, repeatable.seal, repeatable.scope))
    return (
        *(repeatable.scope, repeatable.key, repeatable.fingerprint),
        *(held.status, msgspec.json.encode(held.headers).decode(), held.body),
    )
