import msgspec
import pytest

from actors import Marketplace
from web.opened_app import client_of, opened_app


@pytest.mark.parametrize(
    ("kept_s", "stale_s", "told"),
    [
        (0, 0, "public, max-age=0, must-revalidate"),
        (0, 60, "public, max-age=0, must-revalidate"),
        (30, 0, "public, max-age=0, s-maxage=30"),
        (30, 60, "public, max-age=0, s-maxage=30, stale-while-revalidate=60"),
    ],
)
async def test_a_cdn_is_told_how_long_it_may_keep_an_answer(
    marketplace: Marketplace, kept_s: int, stale_s: int, told: str
) -> None:
    settings = msgspec.structs.replace(marketplace.settings, cdn_kept_s=kept_s, cdn_stale_s=stale_s)
    async with opened_app(settings) as app, client_of(app) as client:
        answer = await client.get("/v1/categories")
        held = await client.get("/v1/categories", headers={"if-none-match": answer.headers["etag"]})
    assert answer.headers["cache-control"] == held.headers["cache-control"] == told
    assert "surrogate-key" not in answer.headers


@pytest.mark.parametrize(("header", "parted_by"), [("surrogate-key", " "), ("cache-tag", ",")])
async def test_a_cdn_is_told_what_an_answer_was_made_of(
    marketplace: Marketplace, header: str, parted_by: str
) -> None:
    vendor = await marketplace.a_vendor()
    product = await vendor.lists_product()
    settings = msgspec.structs.replace(marketplace.settings, cdn_tag_header=header)
    covered = {"plaza-consistency": product["token"]}
    async with opened_app(settings) as app, client_of(app) as client:
        page = await client.get(f"/v1/products/{product['id']}", headers=covered)
    tags = page.headers[header].split(parted_by)
    assert {f"product_page:id:{product['id']}", f"product_page:vendor:{vendor.id}"} <= set(tags)
    assert "product_page:everything" in tags
