"""Audits that nobody asks for."""

import asyncpg
import msgspec

from operations.audits.telling import followed, told
from plaza.bootstrap import PROJECTIONS
from plaza.entrypoints.jobs import WORKER_CRON, audit_read_models
from plaza.operations.audits import audit_longest_ago, auditing
from plaza.settings import Settings


async def test_the_clock_audits_one_read_model_after_the_other_and_repairs_it(
    connection: asyncpg.Connection, fresh_settings: Settings
) -> None:
    await told(connection, *PROJECTIONS)
    await followed(connection, *PROJECTIONS)
    await connection.execute("DELETE FROM read.product_page_v1_b1")
    settings = msgspec.structs.replace(fresh_settings, audited_keys=100)
    for _ in PROJECTIONS:
        await audit_longest_ago(settings, PROJECTIONS)
    rows = await connection.fetch("SELECT * FROM projecting.audit ORDER BY number")
    assert {row["projection"] for row in rows} == {p.name for p in PROJECTIONS}
    found = {row["projection"]: (row["differing"], row["repaired"]) for row in rows}
    differing, repaired = found.pop("product_page")
    assert differing == repaired > 0
    assert set(found.values()) == {(0, 0)}


async def test_no_audit_is_made_where_none_is_wanted(fresh_settings: Settings) -> None:
    await audit_longest_ago(msgspec.structs.replace(fresh_settings, audited_keys=0), PROJECTIONS)
    async with auditing(fresh_settings) as work:
        assert await work.connection.fetchval("SELECT count(*) FROM projecting.audit") == 0


def test_the_worker_audits_by_the_clock() -> None:
    assert audit_read_models in {job.function for job in WORKER_CRON}
