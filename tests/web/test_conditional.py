"""Reads of who has read before."""

import asyncpg

from actors import Marketplace


async def test_who_holds_the_bytes_gets_none(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product()
    path, token = f"/v1/products/{created['id']}", {"plaza-consistency": created["token"]}
    first = await marketplace.anybody.get(path, headers=token)
    tag = first.headers["etag"]

    held = await marketplace.anybody.get(path, headers={"if-none-match": f'"other", {tag}'})
    other = await marketplace.anybody.get(path, headers={"if-none-match": '"other"'})

    assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", tag)
    assert held.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert (other.status_code, other.content) == (200, first.content)


async def test_tags_may_come_in_several_lines_and_a_star_is_not_weak(
    marketplace: Marketplace,
) -> None:
    client, path = marketplace.client(), "/v1/categories"
    tag = (await client.get(path)).headers["etag"]
    two_lines = await client.get(
        path, headers=[("if-none-match", '"other"'), ("if-none-match", tag)]
    )
    any_tag = await client.get(path, headers={"if-none-match": "*"})
    weak_star = await client.get(path, headers={"if-none-match": "W/*"})
    assert [answer.status_code for answer in (two_lines, any_tag, weak_star)] == [304, 304, 200]


async def test_ones_own_things_are_nobody_elses_to_keep(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    for path in ("/v1/account", f"{vendor.path}/products"):
        answer = await vendor.get(path)
        assert answer.headers["cache-control"] == "private, no-store"
        # What is changed by If-Match names its version; nothing names bytes to be kept.
        assert answer.headers.get("etag", '"1"') == '"1"'


async def test_a_read_says_how_fresh_it_is(marketplace: Marketplace) -> None:
    connection = await asyncpg.connect(marketplace.settings.database_url)
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product()
    token = {"plaza-consistency": created["token"]}
    answer = await marketplace.anybody.get("/v1/products", headers=token)
    head = await connection.fetchval("SELECT max(position) FROM outbox.position")
    await connection.close()
    assert 0 < int(answer.headers["plaza-position"]) <= head
    assert int(answer.headers["plaza-lag-ms"]) >= 0
