"""What the sandbox tells of by itself: signed, repeated until it is taken."""

import secrets
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from plaza.entrypoints.sandbox.charge import Charge, Moved

DUE = """
    SELECT number, id, key, body, attempts FROM message
    WHERE delivered_at IS NULL AND due_at <= ? ORDER BY number LIMIT ?
"""
ADD = "INSERT INTO message (id, key, body, due_at) VALUES (?, ?, ?, ?)"
ATTEMPTED = """
    UPDATE message SET attempts = attempts + 1, due_at = ?, delivered_at = ?, last_answer = ?
    WHERE number = ?
"""
NEXT = "SELECT min(due_at) FROM message WHERE delivered_at IS NULL"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One to be sent."""

    number: int
    id: str
    key: str
    body: str
    attempts: int


class SentMessage(Message, frozen=True, kw_only=True):
    """One as it stands."""

    is_delivered: bool
    last_answer: str | None
    """What the receiver answered last, or why it did not."""


class Messages:
    """Those that are kept until they are taken."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, key: str, body: str, delay_s: float) -> None:
        message_id = f"msg_{secrets.token_urlsafe(16)}"
        self._connection.execute(ADD, (message_id, key, body, time.time() + delay_s))

    def due(self, count_max: int, ahead_s: float = 0.0) -> list[Message]:
        """What is to be sent now, or will be so soon, in the order in which it happened."""
        rows = self._connection.execute(DUE, (time.time() + ahead_s, count_max))
        return [Message(**dict(zip(Message.__struct_fields__, row, strict=True))) for row in rows]

    def seconds_to_next(self) -> float | None:
        (due_at,) = self._connection.execute(NEXT).fetchone()
        return None if due_at is None else max(0.0, due_at - time.time())

    def attempted(self, message: Message, answer: str, *, retry_s: float | None) -> None:
        """Note what came of sending it; without a time to try again it was taken."""
        now = time.time()
        due_at, delivered_at = (now, now) if retry_s is None else (now + retry_s, None)
        self._connection.execute(ATTEMPTED, (due_at, delivered_at, answer, message.number))

    def of(self, key: str) -> list[SentMessage]:
        """All about a key, in the order in which it happened."""
        rows = self._connection.execute(
            "SELECT number, id, key, body, attempts, delivered_at IS NOT NULL, last_answer"
            " FROM message WHERE key = ? ORDER BY number",
            (key,),
        )
        names = SentMessage.__struct_fields__
        return [
            msgspec.convert(dict(zip(names, row, strict=True)), SentMessage, strict=False)
            for row in rows
        ]


def told_of_charge(charge: Charge) -> str:
    """The message's body: what became of an authorization."""
    told = {
        "reference": charge.reference,
        "is_captured": charge.captured_minor > 0,
        "code": charge.code,
    }
    return _body(f"authorization.{charge.status}", charge.key, told)


def told_of_move(moved: Moved) -> str:
    """The message's body: what became of a capture, void or refund."""
    told = {"reference": moved.reference, "code": moved.code}
    return _body(f"{moved.kind}.{moved.status}", moved.key, told)


def _body(what: str, key: str, told: dict[str, Any]) -> str:
    body = {
        "type": what,
        "timestamp": datetime.now(UTC),
        "data": {"key": key, **told},
    }
    return msgspec.json.encode(body).decode()
