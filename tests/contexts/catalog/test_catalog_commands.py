"""Categories, products and offers over HTTP."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, a_variant
from plaza.contexts.catalog.category import DEPTH_MAX

PRICES = """
    SELECT currency, amount_minor, compare_at_amount_minor FROM catalog.offer_price
    WHERE offer_id = $1 ORDER BY currency
"""


async def prices_of(database: asyncpg.Connection, offer_id: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(PRICES, offer_id)]


async def test_prices_in_currencies_of_any_number_of_decimals_are_kept_exactly(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    others = [
        {"amount_minor": 980, "currency": "JPY"},
        {"amount_minor": 2_125, "currency": "KWD"},
        {"amount_minor": 999_999_999_999, "currency": "EUR"},
    ]
    created = await vendor.creates_product(variants=[a_variant(other_prices=others)])
    offer_id = created["variants"][0]["offer_id"]

    price = {"amount_minor": 2_250, "currency": "KWD"}
    compare_at = {"amount_minor": 2_500, "currency": "KWD"}
    changed = await vendor.patch(
        f"{vendor.path}/offers/{offer_id}", {"price": price, "compare_at_price": compare_at}, 1
    )

    assert changed.status_code == 200
    assert price | {"compare_at_price": compare_at} in changed.json()["prices"]
    assert await prices_of(database, offer_id) == [
        ("EUR", 999_999_999_999, None),
        ("GBP", 4900, None),
        ("JPY", 980, None),
        ("KWD", 2_250, 2_500),
    ]


async def test_a_comparison_is_changed_without_the_price(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id = (await vendor.creates_product())["variants"][0]["offer_id"]
    path, higher = f"{vendor.path}/offers/{offer_id}", {"amount_minor": 5900, "currency": "GBP"}

    lower = higher | {"amount_minor": 4900}
    refused = await vendor.patch(path, {"compare_at_price": lower}, 1)
    compared = await vendor.patch(path, {"compare_at_price": higher}, 1)
    with_it = await prices_of(database, offer_id)
    sku = await vendor.patch(path, {"sku": "A-1"}, 2)
    still = await prices_of(database, offer_id)
    taken_away = await vendor.patch(path, {"compare_at_price": None}, 3)

    statuses = [answer.status_code for answer in (refused, compared, sku, taken_away)]
    assert statuses == [422, 200, 200, 200]
    assert with_it == still == [("GBP", 4900, 5900)]
    assert await prices_of(database, offer_id) == [("GBP", 4900, None)]


async def test_another_price_keeps_what_it_is_compared_with(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    compare_at = {"amount_minor": 5900, "currency": "GBP"}
    created = await vendor.creates_product(variants=[a_variant(compare_at_price=compare_at)])
    offer_id = created["variants"][0]["offer_id"]
    path = f"{vendor.path}/offers/{offer_id}"

    lower = await vendor.patch(path, {"price": compare_at | {"amount_minor": 3900}}, 1)
    nothing = await vendor.patch(path, {}, 2)
    same = await vendor.patch(path, {"price": compare_at | {"amount_minor": 3900}}, 2)

    shown = [{"amount_minor": 3900, "currency": "GBP", "compare_at_price": compare_at}]
    assert (lower.status_code, lower.json()["prices"]) == (200, shown)
    for unchanged in (nothing, same):
        assert (unchanged.status_code, unchanged.headers["etag"]) == (200, '"2"')
        assert unchanged.json() == lower.json()
    assert await prices_of(database, offer_id) == [("GBP", 3900, 5900)]
    facts = "SELECT count(*) FROM outbox.event WHERE aggregate_id = $1"
    assert await database.fetchval(facts, offer_id) == 2


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ({"price": {"amount_minor": 1, "currency": "ZZZ"}}, "invalid_price"),
        ({"compare_at_price": {"amount_minor": 4900, "currency": "GBP"}}, "invalid_price"),
        ({"other_prices": [{"amount_minor": 1, "currency": "GBP"}]}, "invalid_price"),
        ({"option_values": {"Size": "S"}}, "invalid_variants"),
    ],
)
async def test_a_variant_against_the_rules_is_422_and_nothing_is_stored(
    marketplace: Marketplace, database: asyncpg.Connection, variant: dict[str, Any], code: str
) -> None:
    vendor = await marketplace.an_applicant()

    answer = await vendor.post(
        f"{vendor.path}/products", {"title": "Mug", "variants": [a_variant(**variant)]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    products = "SELECT count(*) FROM catalog.product WHERE vendor_id = $1"
    assert await database.fetchval(products, vendor.id) == 0


async def test_a_category_of_no_parent_or_a_taken_slug_is_refused(marketplace: Marketplace) -> None:
    operator, slug = await marketplace.operator(), uuid4().hex
    root = await operator.post("/v1/categories", {"name": "Home", "slug": slug})
    child = await operator.post(
        "/v1/categories", {"name": f"Lamps {slug}", "parent_id": root.json()["id"], "rank": 3}
    )
    orphan = await operator.post("/v1/categories", {"name": "Lost", "parent_id": str(uuid4())})
    taken = await operator.patch(f"/v1/categories/{child.json()['id']}", {"slug": slug}, 1)
    renamed = await operator.patch(f"/v1/categories/{child.json()['id']}", {"name": "Lights"}, 1)

    assert (root.status_code, child.status_code) == (201, 201)
    assert child.json()["slug"] == f"lamps-{slug}"
    assert child.json()["parent_id"] == root.json()["id"]
    assert (orphan.status_code, orphan.json()["code"]) == (422, "unknown_category")
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    assert taken.json()["detail"] == "Choose another slug."
    assert (renamed.json()["name"], renamed.json()["rank"]) == ("Lights", 3)
    assert renamed.json()["version"] == 2


async def test_only_operators_touch_categories(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()

    by_vendor = await vendor.post("/v1/categories", {"name": "Mine"})
    by_nobody = await marketplace.anybody.post("/v1/categories", {"name": "Mine"})

    assert (by_vendor.status_code, by_nobody.status_code) == (403, 401)


async def test_the_tree_of_categories_does_not_get_deeper_than_it_can_be_shown(
    fresh_marketplace: Marketplace,
) -> None:
    operator, parent_id, slugs = await fresh_marketplace.operator(), None, []
    for depth in range(DEPTH_MAX):
        form = {"name": "Smaller", "slug": f"smaller-{depth}", "parent_id": parent_id}
        made = await operator.post("/v1/categories", form)
        assert made.status_code == 201, made.text
        parent_id = made.json()["id"]
        slugs.append(made.json()["slug"])
    token = {"plaza-consistency": made.headers["plaza-consistency"]}

    refused = await operator.post("/v1/categories", {"name": "Smallest", "parent_id": parent_id})
    beside = await operator.post("/v1/categories", {"name": "Beside"})

    assert (refused.status_code, refused.json()["code"]) == (422, "category_too_deep")
    assert beside.status_code == 201
    shown = await fresh_marketplace.anybody.get("/v1/categories", headers=token)
    (node,) = [node for node in shown.json()["items"] if node["slug"] == slugs[0]]
    for slug in slugs[1:]:
        (node,) = node["children"]
        assert node["slug"] == slug
    assert node["children"] == []
