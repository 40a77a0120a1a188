"""Quotas of API keys: one for all that a key calls, beside the one of each group of routes."""

from actors import Marketplace, Vendor
from web.rate_limits.limited import an_address, limited_api, said
from web.refused import refused


async def a_key_of(vendor: Vendor) -> str:
    made = await vendor.post(
        f"{vendor.path}/api-keys",
        {"name": "till", "scopes": ["catalog:read"]},
        headers={"idempotency-key": "a-till"},
    )
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


async def test_all_calls_of_a_key_count_together(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()
    secret = await a_key_of(vendor)
    limits = "api_key=1/3600s:3,private_reads=3600/3600s:9"
    async with limited_api(marketplace.settings, limits) as api:
        clients = [await api.seen_from(an_address(), secret) for _ in range(4)]
        paths = [f"{vendor.path}/products", "/v1/products", f"{vendor.path}/products"]
        answers = [
            await client.get(path) for client, path in zip(clients, [*paths, paths[0]], strict=True)
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert said(answers[0]) == (
        '"private_reads";q=3600;w=3600, "api_key";q=1;w=3600',
        '"private_reads";r=8;t=1, "api_key";r=2;t=3600',
    )
    assert said(answers[1])[0] == '"public_reads";q=12000;w=60, "api_key";q=1;w=3600'
    assert refused(answers[3], 429, "rate_limited")["policy"] == "api_key"
    # A refused request takes nothing from the other policy: two were counted here.
    assert said(answers[3])[1].startswith('"private_reads";r=')
    assert 3_590 < int(answers[3].headers["retry-after"]) <= 3_600


async def test_a_key_that_was_let_in_counts_for_itself_and_not_for_its_address(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.an_applicant()
    secret = await a_key_of(vendor)
    address = an_address()
    async with limited_api(marketplace.settings, "private_reads=1/3600s:2") as api:
        program = await api.seen_from(address, secret)
        # The first counts for the address, since nobody knows yet whether there is such a key.
        statuses = [(await program.get(f"{vendor.path}/products")).status_code for _ in range(4)]
        neighbour = await api.seen_from(address)
        strangers = [(await neighbour.get("/v1/account")).status_code for _ in range(2)]
    assert statuses == [200, 200, 200, 429]
    assert strangers == [401, 429]
