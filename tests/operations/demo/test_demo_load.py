"""The demo marketplace, loaded through the commands that vendors use."""

import asyncpg

from plaza.entrypoints.installation import load_demo
from plaza.operations.demo.goods import plan_marketplace
from plaza.settings import Settings

COUNTS = """
    SELECT (SELECT count(*) FROM catalog.product WHERE status = 'published') AS products,
        (SELECT count(*) FROM catalog.variant) AS variants,
        (SELECT count(*) FROM catalog.offer) AS offers,
        (SELECT count(*) FROM vendors.vendor WHERE status = 'approved') AS vendors,
        (SELECT count(*) FROM vendors.vendor WHERE status = 'applied') AS applicants,
        (SELECT count(*) FROM vendors.vendor WHERE tax_rate > 0) AS taxed,
        (SELECT count(*) FROM catalog.category) AS categories
"""


async def test_it_is_loaded_once_and_whole(fresh_settings: Settings) -> None:
    plan = plan_marketplace()
    told: list[tuple[int, int]] = []

    first = await load_demo(fresh_settings, lambda done, total: told.append((done, total)))
    second = await load_demo(fresh_settings, lambda done, total: told.append((-done, total)))

    variants = sum(len(product.variants) for product in plan.products)
    approved = [vendor for vendor in plan.vendors if vendor.approved]
    assert dict(await counts(fresh_settings)) == {
        "products": len(plan.products),
        "variants": variants,
        "offers": variants + len(plan.second_offers),
        "vendors": len(approved),
        "applicants": len(plan.vendors) - len(approved),
        "taxed": len(plan.vendors),
        "categories": len(plan.categories),
    }
    assert told[0] == (0, len(plan.products))
    assert told[-1] == (len(plan.products), len(plan.products))
    assert first.products == len(plan.products)
    assert first.duration_s > 0
    assert second.duration_s == 0
    assert second.log_ins == first.log_ins


async def counts(settings: Settings) -> asyncpg.Record:
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_app", "plaza.scope": "market"}
    )
    try:
        row = await connection.fetchrow(COUNTS)
        assert row is not None
        return row
    finally:
        await connection.close()
