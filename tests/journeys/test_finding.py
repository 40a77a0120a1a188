"""Somebody looks for something, over HTTP: by a few letters, or by what others have bought."""

from typing import Any
from uuid import uuid4

from prometheus_client import REGISTRY

from actors import Marketplace, a_variant
from shopping import a_cart, an_offer


def from_redis(projection: str) -> float:
    labels = {"projection": projection, "by": "redis"}
    return REGISTRY.get_sample_value("plaza_sorted_reads_total", labels) or 0.0


async def asked(marketplace: Marketplace, path: str, token: str, **query: Any) -> list[Any]:
    """What is shown to who wants to see what has just been done."""
    headers = {"plaza-consistency": token}
    answer = await marketplace.anybody.get(f"/v1/products/{path}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def test_what_was_just_published_is_suggested_and_what_was_just_renamed_is_not(
    fresh_marketplace: Marketplace,
) -> None:
    vendor = await fresh_marketplace.a_vendor()
    product = await vendor.lists_product(title="Étagère of oak")
    (found,) = await asked(fresh_marketplace, "suggest", product["token"], q="ETAG")
    assert found == {
        "text": "Étagère of oak",
        "product": {"id": product["id"], "slug": product["slug"]},
    }
    path = f"{vendor.path}/products/{product['id']}"
    renamed = await vendor.patch(path, {"title": "Shelf of oak"}, version=2)
    token = renamed.headers["plaza-consistency"]
    assert await asked(fresh_marketplace, "suggest", token, q="etag") == []
    (found,) = await asked(fresh_marketplace, "suggest", token, q="of oak")
    assert found["text"] == "Shelf of oak"


async def test_what_was_just_bought_is_a_bestseller_until_it_is_canceled(
    fresh_marketplace: Marketplace,
) -> None:
    operator, vendor = await fresh_marketplace.operator(), await fresh_marketplace.a_vendor()
    slug = f"lamps-{uuid4().hex}"
    made = await operator.post("/v1/categories", {"name": "Lamps", "slug": slug})
    category = made.json()["id"]
    lamp = await vendor.lists_product(category_id=category, variants=[a_variant(stock=9)])
    chair = await an_offer(vendor)
    order = await (
        await a_cart(fresh_marketplace, {lamp["variants"][0]["offer_id"]: 2, chair: 1})
    ).buys()

    first, second = await asked(fresh_marketplace, "bestsellers", order.consistency)
    assert first["id"] == lamp["id"]
    assert first["price"] == {"amount_minor": 4900, "currency": "GBP"}
    assert second["id"] != first["id"]
    in_category = await asked(fresh_marketplace, "bestsellers", order.consistency, category=slug)
    assert [item["id"] for item in in_category] == [lamp["id"]]

    (part,) = (await order.shown())["vendor_orders"]
    canceled = await vendor.post(f"{vendor.path}/orders/{part['id']}/cancel", {"reason": "broken"})
    token = canceled.headers["plaza-consistency"]
    assert await asked(fresh_marketplace, "bestsellers", token) == []


async def test_redis_answers_once_it_holds_everything(fresh_marketplace: Marketplace) -> None:
    vendor = await fresh_marketplace.a_vendor()
    await vendor.lists_product(title="Lantern")
    before = from_redis("product_suggestions")

    async def is_answered_by_redis() -> bool:
        # Other letters each time, which nobody has kept the answer to.
        typed = f"lantern {uuid4().hex}"
        await fresh_marketplace.anybody.get("/v1/products/suggest", params={"q": typed})
        return from_redis("product_suggestions") > before

    await fresh_marketplace.until(is_answered_by_redis)


async def test_a_question_without_letters_or_of_an_unknown_category_is_refused(
    marketplace: Marketplace,
) -> None:
    anybody = marketplace.anybody
    for question in ("suggest", "suggest?q=", f"suggest?q={'a' * 101}", "bestsellers?limit=101"):
        assert (await anybody.get(f"/v1/products/{question}")).status_code == 400
    unknown = await anybody.get("/v1/products/bestsellers", params={"category": "nothing"})
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["pointer"] == "/query/category"
