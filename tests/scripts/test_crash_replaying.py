"""A row that is not what the log says is found, whether it is wrong, missing or too much."""

import asyncpg
from crash_plaza.records import left_behind, read_log
from crash_plaza.replaying import of_read_models
from crash_plaza.shelf import PUBLISHED, STATUS, TITLE

from actors import Marketplace

TAMPERED = {
    "wrong": "UPDATE read.product_page_v1_b1 SET slug = slug || '-x'",
    "missing": "DELETE FROM read.vendor_products_v1_b1",
    "too much": """
        INSERT INTO read.product_page_vendor_v1_b1 (vendor_id, listed, document)
        SELECT gen_random_uuid(), listed, document FROM read.product_page_vendor_v1_b1 LIMIT 1
    """,
}


async def test_a_replay_equals_what_was_followed_and_nothing_that_was_tampered_with(
    fresh_marketplace: Marketplace,
) -> None:
    vendor = await fresh_marketplace.a_vendor()
    product = await vendor.lists_product()
    database = await asyncpg.connect(
        fresh_marketplace.settings.database_url, server_settings={"plaza.scope": "market"}
    )
    assert await left_behind(database, 10) == []

    shown = {mark.aspect: mark for entry in await read_log(database) for mark in entry.marks}
    assert (shown[STATUS].subject, shown[STATUS].text) == (product["id"], PUBLISHED)
    assert shown[TITLE].text == "Oak chair"
    assert await of_read_models(database) == []
    for statement in TAMPERED.values():
        tampering = database.transaction()
        await tampering.start()
        await database.execute(statement)
        assert len(await of_read_models(database)) >= 1
        await tampering.rollback()
    await database.close()
