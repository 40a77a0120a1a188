"""What the sandbox keeps: one row a key, safe from the end of the process at any moment."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plaza.entrypoints.sandbox.charge import (
    BY_SHOPPER,
    CLOSED,
    Charge,
    Moved,
    Movement,
    NewCharge,
    NewMovement,
    refusal_of,
    status_for,
)

FILE = "sandbox.sqlite3"
FILES = (FILE, f"{FILE}-wal", f"{FILE}-shm")
LOCKED_S_MAX = 5.0
"""Longest wait for another process, which a killed `plaza up` may leave for a moment."""

TABLES = """
CREATE TABLE IF NOT EXISTS charge (
    key TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    code TEXT,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    token TEXT NOT NULL,
    captures INTEGER NOT NULL,
    order_number TEXT NOT NULL,
    captured_minor INTEGER NOT NULL,
    voided_minor INTEGER NOT NULL DEFAULT 0,
    refunded_minor INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS never (
    -- Was asked for before it came, and is refused when it comes.
    key TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moved (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    code TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    delivered_at REAL,
    last_answer TEXT
);
CREATE INDEX IF NOT EXISTS message_due ON message (due_at) WHERE delivered_at IS NULL;
CREATE INDEX IF NOT EXISTS message_key ON message (key);
"""

CHARGE = """
    SELECT key, reference, status, code, amount_minor, currency, token, captures, order_number,
        captured_minor, voided_minor, refunded_minor FROM charge
"""
ADD_CHARGE = """
    INSERT INTO charge (key, reference, status, code, amount_minor, currency, token, captures,
        order_number, captured_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_MOVED = "INSERT INTO moved VALUES (?, ?, ?, ?, ?, ?, ?)"
MOVE = {
    "capture": "UPDATE charge SET captured_minor = captured_minor + ? WHERE key = ?",
    "void": "UPDATE charge SET voided_minor = voided_minor + ? WHERE key = ?",
    "refund": "UPDATE charge SET refunded_minor = refunded_minor + ? WHERE key = ?",
}
DECIDE = "UPDATE charge SET status = ?, code = ?, captured_minor = ? WHERE key = ?"


class KeyReused(Exception):  # noqa: N818  an answer, not an error
    """The key belongs to something else that was asked for."""


def open_database(folder: Path) -> sqlite3.Connection:
    """A connection of this thread's, in a mode whose commits outlive the process."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / FILE, timeout=LOCKED_S_MAX, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(TABLES)
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction, alone with the database from its first look at it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class Books:
    """Charges and what was captured, voided and refunded of them.

    What changes them is called within `writing`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def charge(self, key: str) -> Charge | None:
        return self._charge("WHERE key = ?", key)

    def charge_by_reference(self, reference: str) -> Charge | None:
        return self._charge("WHERE reference = ?", reference)

    def charges(self) -> list[Charge]:
        return [_charge(row) for row in self._connection.execute(f"{CHARGE} ORDER BY key")]

    def authorize(self, key: str, asked: NewCharge) -> tuple[Charge, bool]:
        """The charge under the key, and whether it is new.

        Raises:
            KeyReused: it is another one's.
        """
        known = self.charge(key)
        if known is None:
            return self._add(key, asked), True
        if not known.is_asked_by(asked):
            raise KeyReused
        return known, False

    def close(self, key: str) -> Charge | None:
        """Give up what is not approved; None: it was never heard of and will be refused."""
        known = self.charge(key)
        if known is None:
            self._connection.execute("INSERT OR IGNORE INTO never VALUES (?)", (key,))
        elif known.status == "action_required":
            self._connection.execute(DECIDE, (CLOSED, CLOSED, 0, key))
        return self.charge(key)

    def decide(self, reference: str, *, approves: bool) -> tuple[Charge | None, bool]:
        """The shopper's answer to what was asked, which counts once; and whether it counted."""
        known = self.charge_by_reference(reference)
        if known is None or known.status != "action_required":
            return known, False
        captured = known.amount_minor if known.captures else 0
        outcome = ("approved", None, captured) if approves else ("declined", BY_SHOPPER, 0)
        self._connection.execute(DECIDE, (*outcome, known.key))
        return self.charge(known.key), True

    def move(self, kind: Movement, key: str, asked: NewMovement) -> tuple[Moved, bool]:
        """What became of the movement under the key, and whether it is new.

        Raises:
            KeyReused: it is another one's.
        """
        known = self.moved(key)
        if known is None:
            return self._add_moved(kind, key, asked), True
        mine = (known.kind, known.reference, known.amount_minor, known.currency)
        if mine != (kind, asked.reference, asked.amount_minor, asked.currency):
            raise KeyReused
        return known, False

    def moved(self, key: str) -> Moved | None:
        row = self._connection.execute("SELECT * FROM moved WHERE key = ?", (key,)).fetchone()
        return None if row is None else _moved(row)

    def all_moved(self) -> list[Moved]:
        return [_moved(row) for row in self._connection.execute("SELECT * FROM moved ORDER BY key")]

    def _charge(self, where: str, value: str) -> Charge | None:
        row = self._connection.execute(CHARGE + where, (value,)).fetchone()
        return None if row is None else _charge(row)

    def _add(self, key: str, asked: NewCharge) -> Charge:
        given_up = self._connection.execute("SELECT 1 FROM never WHERE key = ?", (key,)).fetchone()
        status, code = (CLOSED, CLOSED) if given_up else status_for(asked.token)
        captured = asked.amount_minor if asked.captures and status == "approved" else 0
        what = (asked.amount_minor, asked.currency, asked.token, asked.captures)
        row = (key, f"ch_{secrets.token_urlsafe(16)}", status, code, *what, asked.order_number)
        self._connection.execute(ADD_CHARGE, (*row, captured))
        return _charge((*row, captured, 0, 0))

    def _add_moved(self, kind: Movement, key: str, asked: NewMovement) -> Moved:
        charge = self.charge_by_reference(asked.reference)
        code = "unknown_reference" if charge is None else refusal_of(kind, asked, charge)
        if charge is not None and code is None:
            self._connection.execute(MOVE[kind], (asked.amount_minor, charge.key))
        status = "returned" if code is None else "refused"
        row = (key, kind, asked.reference, asked.amount_minor, asked.currency, status, code)
        self._connection.execute(ADD_MOVED, row)
        return _moved(row)


def _charge(row: tuple[Any, ...]) -> Charge:
    names = [name for name in Charge.__struct_fields__ if name != "redirect_url"]
    given = dict(zip(names, row, strict=True))
    return Charge(**given | {"captures": bool(given["captures"])})


def _moved(row: tuple[Any, ...]) -> Moved:
    return Moved(**dict(zip(Moved.__struct_fields__, row, strict=True)))
