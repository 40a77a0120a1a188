"""Plans of what looks up by keys: made while tables are small, they hold when those are large."""

from collections.abc import Mapping

import asyncpg
import pytest

from plaza.outbox.keyed_plans import KEYED_PLANS
from plaza.settings import Settings

SMALL = """
    CREATE TEMPORARY TABLE thing AS
        SELECT number AS id, 1 AS version FROM generate_series(1, 150) AS number;
    ALTER TABLE thing ADD PRIMARY KEY (id);
    ANALYZE thing;
    PREPARE change (text) AS UPDATE thing SET version = d.version
        FROM jsonb_to_recordset($1::jsonb) AS d (id bigint, version bigint) WHERE thing.id = d.id
"""
EXPLAIN = """EXPLAIN EXECUTE change ('[{"id": 7, "version": 2}]')"""
LEFT_TO_CHOOSE = {"plan_cache_mode": "force_generic_plan"}


@pytest.mark.parametrize(
    ("settings_of_connection", "reads_all"), [(KEYED_PLANS, False), (LEFT_TO_CHOOSE, True)]
)
async def test_what_is_changed_by_key_is_found_by_key_however_small_its_table_was(
    fresh_settings: Settings, settings_of_connection: Mapping[str, str], *, reads_all: bool
) -> None:
    """Where PostgreSQL is left to choose, it chooses otherwise: these settings are needed."""
    connection = await asyncpg.connect(
        fresh_settings.database_url, server_settings=dict(settings_of_connection)
    )
    try:
        await connection.execute(SMALL)
        plan = "\n".join(row[0] for row in await connection.fetch(EXPLAIN))
    finally:
        await connection.close()
    assert ("Seq Scan on thing" in plan) is reads_all, plan
    assert ("Index Scan using thing_pkey" in plan) is not reads_all, plan
