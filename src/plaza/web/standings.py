"""What callers may do, remembered while it is known to be true.

Whoever changes a standing leaves a note in the transaction that changes it (triggers of migration
0005). Each process asks for new notes several times a second, and forgets what it knew of their
subjects. While it cannot ask, it trusts nothing that it remembers. So an end of rights is felt
everywhere within a second, and a caller who is known costs no question to the database.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

import msgspec
import structlog
from cachetools import TTLCache

Role = Literal["owner", "manager", "staff"]
Scope = Literal[
    "catalog:read",
    "catalog:write",
    "inventory:read",
    "inventory:write",
    "orders:read",
    "orders:write",
    "vendor:read",
]

POLL_INTERVAL_S = 0.3
TRUSTED_S = 0.9
"""For how long after the last answer about notes the memory counts."""
REMEMBERED_S = 60.0
REMEMBERED_MAX = 20_000
NOTES_MAX = 100_000

ENDS_RIGHTS_OPT = "ends_rights"
ENDS_RIGHTS = {ENDS_RIGHTS_OPT: True}
"""The `opt` of a route after whose command somebody may do less."""

K = TypeVar("K")
V = TypeVar("V")

log = structlog.get_logger()


class Standing(msgspec.Struct, frozen=True):
    """What an account may do now; never part of a token."""

    is_operator: bool
    roles: dict[UUID, Role]


class KeyStanding(msgspec.Struct, frozen=True):
    """What an API key may do now."""

    key_id: UUID
    vendor_id: UUID
    scopes: frozenset[str]
    expires_at: datetime | None = None


class Notes(msgspec.Struct, frozen=True):
    """Whose standing has changed since the horizon of the notes before.

    Attributes:
        told: each note by its transaction and its subject. While an older transaction is open, a
            note is told again.
    """

    horizon: int
    told: frozenset[tuple[int, UUID]]


AskNotes = Callable[[int], Awaitable[Notes]]
Now = Callable[[], float]


class Changes:
    """When the standing of each subject was last heard to have changed."""

    def __init__(self, ask: AskNotes, now: Now = time.monotonic) -> None:
        self._ask = ask
        self._now = now
        self._horizon = 0
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self._told: frozenset[tuple[int, UUID]] = frozenset()
        self._changed_at: TTLCache[UUID, float] = TTLCache(NOTES_MAX, 2 * REMEMBERED_S, timer=now)
        self._all_changed_at = float("-inf")
        self._listeners: list[Callable[[frozenset[UUID]], Awaitable[None]]] = []

    def listen(self, listener: Callable[[frozenset[UUID]], Awaitable[None]]) -> None:
        """Call it with the subjects of each round of notes that has some."""
        self._listeners.append(listener)

    def is_current(self, known_at: float, *subjects: UUID) -> bool:
        """Whether what was asked then is still true of the subjects."""
        if self._now() - self._asked_at > TRUSTED_S or known_at <= self._all_changed_at:
            return False
        return all(self._changed_at.get(subject, float("-inf")) < known_at for subject in subjects)

    def now(self) -> float:
        return self._now()

    async def hear(self) -> None:
        """Ask at once; where that fails, the command is done all the same."""
        try:
            await self.poll()
        except Exception as error:  # noqa: BLE001  rounds go on, and without them nothing is trusted
            log.warning("standing_changes_unheard", error=repr(error))

    async def poll(self) -> None:
        """Ask once for new notes; who asks meanwhile asks after that."""
        async with self._asking:
            await self._poll()

    async def _poll(self) -> None:
        began = self._now()
        notes = await self._ask(self._horizon)
        subjects = frozenset(subject for _, subject in notes.told - self._told)
        if notes.horizon < self._horizon or len(self._changed_at) + len(subjects) > NOTES_MAX:
            # Another cluster counts from lower on, and a note that found no room would be lost.
            self._all_changed_at = self._now()
        for subject in subjects:
            self._changed_at[subject] = self._now()
        if subjects:
            for listener in self._listeners:
                await listener(subjects)
        self._horizon, self._told, self._asked_at = notes.horizon, notes.told, began

    async def run(self) -> None:
        """Ask until cancelled; a database that is away makes the memory count for nothing."""
        was_heard = True
        while True:
            try:
                await self.poll()
                was_heard = True
            except Exception as error:  # noqa: BLE001  the next round may be answered
                if was_heard:
                    log.warning("standing_changes_unheard", error=repr(error))
                was_heard = False
            await asyncio.sleep(POLL_INTERVAL_S)


class Remembered(Generic[K, V]):
    """Answers of a look-up, for as long as nothing is heard of their subjects."""

    def __init__(
        self,
        changes: Changes,
        lookup: Callable[[K], Awaitable[V | None]],
        subjects_of: Callable[[K, V], tuple[UUID, ...]],
    ) -> None:
        self._changes = changes
        self._lookup = lookup
        self._subjects_of = subjects_of
        self._known: TTLCache[K, tuple[float, V]] = TTLCache(
            REMEMBERED_MAX, REMEMBERED_S, timer=changes.now
        )
        self.lookups = 0

    async def get(self, key: K) -> V | None:
        """The answer, remembered or looked up."""
        held = self._known.get(key)
        if held is not None and self._changes.is_current(held[0], *self._subjects_of(key, held[1])):
            return held[1]
        return await self.look_up(key)

    async def look_up(self, key: K) -> V | None:
        """The answer as it is now; what is not there is not remembered."""
        began = self._changes.now()
        self.lookups += 1
        found = await self._lookup(key)
        if found is None:
            self._known.pop(key, None)
        else:
            self._known[key] = (began, found)
        return found
