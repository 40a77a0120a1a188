"""Comparing read models with the log, and putting right what differs."""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import structlog

from plaza.operations.audited_keys import random_keys
from plaza.outbox.channels import Channels
from plaza.outbox.sorted_names import SortedNames
from plaza.projecting.announcer import BEHIND
from plaza.projecting.auditing import Compared, Difference, Place, compare
from plaza.projecting.batch import BuildTables
from plaza.projecting.builds import live_build
from plaza.projecting.keyed import Keys, These, shares
from plaza.projecting.noted_changes import NotingTables
from plaza.projecting.projection import Projection
from plaza.projecting.repairing import Repair
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.touching import Touching
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_redis

DOCUMENTS_AT_ONCE = 20_000
DIFFERENCES_KEPT = 100
KEPT_DAYS = 90

RECORD = """
    WITH old AS (
        DELETE FROM projecting.audit a
        WHERE projection = $1 AND audited_at < clock_timestamp() - make_interval(days => $9))
    INSERT INTO projecting.audit (projection, build, upto, is_full, documents, differing,
        repaired, differences)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

LONGEST_AGO = """
    SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS p (name, rank)
    LEFT JOIN LATERAL (SELECT max(number) AS number FROM projecting.audit
        WHERE projection = name) last ON true
    ORDER BY last.number NULLS FIRST, rank LIMIT 1
"""

Progress = Callable[[int, int], None]
"""Told how many documents, or shares of all of them, are done, and of how many."""

log = structlog.get_logger()


class Audit(msgspec.Struct, kw_only=True):
    """What an audit of a read model found.

    Attributes:
        upto: the position as of which its last share was compared.
        documents: how many were compared.
        left: of how many nothing could be said: a fact could not be folded into them, or they
            were changing.
        repaired: those that were written anew.
    """

    projection: str
    build: int
    is_full: bool
    upto: int = 0
    documents: int = 0
    differences: list[Difference] = []
    left: dict[Place, str] = {}
    repaired: set[Place] = set()

    def add(self, compared: Compared) -> None:
        self.upto = compared.upto
        self.documents += compared.documents
        self.differences += compared.differences
        self.left |= compared.left


class Auditing(NamedTuple):
    """What an audit works with."""

    settings: Settings
    connection: asyncpg.Connection


@asynccontextmanager
async def auditing(settings: Settings) -> AsyncIterator[Auditing]:
    """A connection that may write read tables, as followers do."""
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_owner",
            "plaza.scope": "market",
            "application_name": "plaza audit",
            "jit": "off",
        },
    )
    try:
        yield Auditing(settings, connection)
    finally:
        await connection.close()


async def audit_whole(
    work: Auditing, projection: Projection, progress: Progress, *, repairs: bool
) -> Audit:
    """Compare all documents of the live build, a share of them at a time.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
        NotBuilt: there is no live build.
    """
    build = await live_build(work.connection, projection)
    parts = shares(await _count(work, projection, build) // DOCUMENTS_AT_ONCE + 1)
    audit = Audit(projection=projection.name, build=build, is_full=True)
    for done, share in enumerate(parts):
        progress(done, len(parts))
        await _look(work, projection, audit, share, repairs=repairs)
    progress(len(parts), len(parts))
    await _record(work, audit)
    return audit


async def audit_some(work: Auditing, projection: Projection, count: int, *, repairs: bool) -> Audit:
    """Compare documents of the live build that are chosen at random, about so many of each table.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
        NotBuilt: there is no live build.
    """
    build = await live_build(work.connection, projection)
    keys = await random_keys(work.connection, projection, build, count, random.SystemRandom())
    audit = Audit(projection=projection.name, build=build, is_full=False)
    await _look(work, projection, audit, These.of(keys), repairs=repairs)
    await _record(work, audit)
    return audit


async def audit_these(
    work: Auditing,
    projection: Projection,
    keys: Sequence[UUID],
    progress: Progress,
    *,
    repairs: bool,
) -> Audit:
    """Compare the documents of the live build that have these keys, some at a time.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
        NotBuilt: there is no live build.
    """
    build = await live_build(work.connection, projection)
    audit = Audit(projection=projection.name, build=build, is_full=False)
    for at in range(0, len(keys), DOCUMENTS_AT_ONCE):
        progress(at, len(keys))
        some = These.of(keys[at : at + DOCUMENTS_AT_ONCE])
        await _look(work, projection, audit, some, repairs=repairs)
    await _record(work, audit)
    return audit


async def audit_longest_ago(settings: Settings, projections: Sequence[Projection]) -> None:
    """Audit some documents of the read model whose last audit is the longest ago; repair them."""
    if settings.audited_keys == 0:
        return
    async with auditing(settings) as work:
        by_name = {projection.name: projection for projection in projections}
        name = await work.connection.fetchval(LONGEST_AGO, list(by_name))
        try:
            audit = await audit_some(work, by_name[name], settings.audited_keys, repairs=True)
        except LogIncomplete as error:
            log.warning("read_model_not_audited", projection=name, reason=str(error))
            return
    _tell(audit)


async def _look(
    work: Auditing, projection: Projection, audit: Audit, keys: Keys, *, repairs: bool
) -> None:
    compared = await compare(work.connection, projection, audit.build, keys)
    audit.add(compared)
    if repairs and compared.differences:
        audit.repaired |= await mend(
            work, projection, audit.build, [found.place for found in compared.differences]
        )


async def mend(
    work: Auditing, projection: Projection, build: int, places: Iterable[Place]
) -> set[Place]:
    """Write documents anew as the log says, and have everybody forget what was made of them.

    Returns:
        Those that were written.

    Raises:
        Fenced: followers were faster each time; nothing was written.
        RedisError: Redis is away; nothing was written, unless it went away just now.
    """
    kind = BuildTables if work.settings.cdn_tag_header == "off" else NotingTables
    tables = await kind.of(work.connection, projection, build)
    channels = Channels((await epoch_tokens(work.settings)).epoch_id)
    async with open_redis(work.settings) as redis:
        touching = Touching(redis, channels)
        # While nobody can be told of it, it had better wait.
        await touching.touch((), 0)
        repair = Repair(work.connection, projection, build, tables)
        repaired = await repair.mend([*places])
        await touching.touch(repaired.tags, repaired.upto + BEHIND)
        await repair.told(repaired)
        # Sorted sets are filled anew by who keeps them; until then readers ask the tables.
        await redis.delete(SortedNames(channels, projection.name).meta)
    return repaired.places


def _tell(audit: Audit) -> None:
    """Log what an operator has to know of; that anything drifts is a bug somewhere."""
    for found in audit.differences[:DIFFERENCES_KEPT]:
        log.error(
            "read_model_drifted",
            projection=audit.projection,
            document=found.document,
            key=str(found.key),
            kind=found.kind,
            repaired=found.place in audit.repaired,
        )
    for (table, key), reason in audit.left.items():
        log.warning("document_not_audited", document=table, key=str(key), reason=reason)
    log.info("read_model_audited", projection=audit.projection, documents=audit.documents)


async def _count(work: Auditing, projection: Projection, build: int) -> int:
    tables = (await BuildTables.of(work.connection, projection, build)).documents
    names = [table.name if table.document.is_told_once else table.parts for table in tables]
    counts = [await work.connection.fetchval(f"SELECT count(*) FROM {name}") for name in names]
    return sum(counts)


async def _record(work: Auditing, audit: Audit) -> None:
    differences = msgspec.json.encode(audit.differences[:DIFFERENCES_KEPT]).decode()
    await work.connection.execute(
        RECORD,
        *(audit.projection, audit.build, audit.upto, audit.is_full, audit.documents),
        *(len(audit.differences), len(audit.repaired), differences, KEPT_DAYS),
    )
