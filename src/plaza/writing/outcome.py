"""What a command leaves last: its facts, its entry in the journal, its answer for repeats.

They are one statement, behind all that the command has changed: facts take their places in the log
while the rows that they tell of are held.
"""

from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.outbox.append import APPEND
from plaza.outbox.driver import driver_of
from plaza.writing.answer import Answer
from plaza.writing.idempotency import FINISH, STORE, Repeatable, RequestInProgress, kept_values
from plaza.writing.journal import KEEP, Entry

# One statement serves all commands: facts and entries are lists that may be empty, and an answer
# without a scope is not kept.
KEEP_ALL = f"""
    WITH fact AS ({APPEND}), last AS (SELECT max(id) AS event FROM fact), entry AS ({KEEP}),
        kept AS ({{kept}})
    SELECT last.event, EXISTS (SELECT FROM kept) AS is_kept FROM last
"""
STORING, FINISHING = KEEP_ALL.format(kept=STORE), KEEP_ALL.format(kept=FINISH)

NOTHING = "[]"


class Outcome(NamedTuple):
    """What came of a command, before it has a place in the log.

    Attributes:
        facts: as `rows_of` gives them.
    """

    answer: Answer
    facts: str = NOTHING


async def keep_outcome(
    session: AsyncSession,
    entry: Entry | None,
    *,
    facts: str = NOTHING,
    kept: tuple[Repeatable, Answer] | None = None,
) -> int | None:
    """Keep what came of a command, in its transaction, in which everything else is written.

    Args:
        session: the open transaction.
        entry: what the journal says of it, if anything.
        facts: as `rows_of` gives them.
        kept: what a repeat is answered, if it can be repeated.

    Returns:
        The id of the last fact: of those of one transaction it gets the last position. None
        without facts.

    Raises:
        RequestInProgress: the key was stored meanwhile, which its lock should have prevented.
    """
    if entry is None and kept is None and facts == NOTHING:
        return None
    statement = FINISHING if kept is not None and kept[0].finishes else STORING
    told = NOTHING if entry is None else msgspec.json.encode([entry]).decode()
    driver = await driver_of(session)
    row = await driver.fetchrow(statement, facts, told, *kept_values(kept))
    assert row is not None
    if kept is not None and not row["is_kept"]:
        raise RequestInProgress("Try again: the first request has just been answered.")
    last_event: int | None = row["event"]
    return last_event
