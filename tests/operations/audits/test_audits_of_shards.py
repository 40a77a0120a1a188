"""Read models whose shards are at different places of the log."""

import asyncpg

from operations.audits.telling import SEED, told, unheeded
from plaza.operations.audits import Auditing, audit_whole
from plaza.outbox.read import read_stretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.routing import Part, reading
from plaza.projecting.steps import Shard
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.log import Announced, follow_to_the_end

SPLIT = """
    WITH split AS (UPDATE projecting.build SET shards = 2 WHERE projection = 'product_page')
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    VALUES ('product_page', 1, 1, 0, 0, 0)
"""


async def test_of_a_build_in_shards_only_what_both_have_passed_is_compared_and_repaired(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await connection.execute(SPLIT)
    first, second = [await a_shard(connection, shard) for shard in range(2)]
    await told(connection, PRODUCT_PAGE)
    await follow_to_the_end(first)
    await follow_to_the_end(second)
    await told(connection, PRODUCT_PAGE, facts=3, seed=SEED + 1)
    await follow_to_the_end(first)
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert found.differences == []
    assert {*found.left.values()} == {"changing"}

    pages = await connection.fetch("SELECT product_id FROM read.product_page_v1")
    keys = {row["product_id"] for row in pages} - {key for _, key in found.left}
    await connection.execute("DELETE FROM read.product_page_v1_b1")
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert {each.key for each in found.differences} == keys
    assert found.repaired == {("product_page", key) for key in keys}

    await follow_to_the_end(second)
    first.forget()
    await follow_to_the_end(first)
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert found.left == {}


async def a_shard(connection: asyncpg.Connection, shard: int) -> Follower:
    part = Part(shard, 2)
    tables = await BuildTables.of(connection, PRODUCT_PAGE, 1, part)
    read = reading(read_stretch, PRODUCT_PAGE, part)
    place = Shard(PRODUCT_PAGE.name, 1, shard)
    return Follower(connection, PRODUCT_PAGE, place, tables, Announced(), read)
