"""What each Python process of a run with a planted bug begins with: breaks plaza in one way."""

import os
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface
from plaza.kernel.event import Fact
from plaza.outbox import sequencer
from plaza.projecting.batch import BuildTables
from plaza.reading.freshness import Freshness
from plaza.writing import runner
from plaza.writing.beginning import begin
from plaza.writing.journal import Entry
from plaza.writing.outcome import keep_outcome

ROLLED_BACK = 0.2
DROPPED_EVERY = 50


def deaf_reads() -> None:
    async def position_covered(_self: Freshness, _projection: str, _wish: object) -> int:
        return 0

    _replace(Freshness, "position_covered", position_covered)


def forgetful_keys() -> None:
    async def begin_anew(session: AsyncSession, surface: Surface, _repeatable: Any = None) -> Any:
        return await begin(session, surface)

    async def keep_most(session: AsyncSession, entry: Entry | None, **told: Any) -> Any:
        return await keep_outcome(session, entry, **{**told, "kept": None})

    _replace(runner, "begin", begin_anew)
    _replace(runner, "keep_outcome", keep_most)


def hasty_acknowledgements() -> None:
    commit = runner._commit  # noqa: SLF001  planted from outside

    async def keep_most(session: AsyncSession, entry: Entry | None, **told: Any) -> Any:
        is_unlucky = random.random() < ROLLED_BACK  # noqa: S311  not secret
        is_change = entry is not None and entry.command == "ChangeOffer"
        session.info["is_forgotten"] = is_change and is_unlucky
        return await keep_outcome(session, entry, **told)

    async def commit_most(session: AsyncSession) -> None:
        if session.info.get("is_forgotten"):
            await session.rollback()
        else:
            await commit(session)

    _replace(runner, "keep_outcome", keep_most)
    _replace(runner, "_commit", commit_most)


def dropped_facts() -> None:
    write = BuildTables.write

    async def write_most(self: BuildTables, connection: Any, facts: list[Fact]) -> Any:
        kept = [fact for fact in facts if fact.position % DROPPED_EVERY]
        return await write(self, connection, kept) if kept else set()

    _replace(BuildTables, "write", write_most)


def shuffled_log() -> None:
    told = sequencer.TICK.replace("OVER (ORDER BY id)", "OVER (ORDER BY id DESC)")
    assert told != sequencer.TICK
    _replace(sequencer, "TICK", told)


def _replace(owner: object, name: str, what: object) -> None:
    """Put something in the place of what is there, under that very name."""
    assert hasattr(owner, name)
    setattr(owner, name, what)


PLANTS: tuple[Callable[[], None], ...] = (
    deaf_reads,
    forgetful_keys,
    hasty_acknowledgements,
    dropped_facts,
    shuffled_log,
)

{plant.__name__: plant for plant in PLANTS}[os.environ["CRASH_PLANT"]]()
