"""What a client sees of the limits: headers, refusals, and whom a request counts for."""

from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest

from actors import Marketplace
from plaza.kernel.rate_policies import RatePolicies
from plaza.settings import Settings
from plaza.web.cookies import ACCESS_COOKIE
from web.api_process import api_process
from web.rate_limits.limited import an_address, bearer_of, is_silent, limited_api, said
from web.refused import refused

CATEGORY = {"name": "Lamps"}
NOT_THERE = f"/v1/vendors/{uuid4()}/products"


async def test_an_answer_says_what_is_left(settings: Settings) -> None:
    async with limited_api(settings, "commands=6/3600s:3,log_in=8/60s:2") as api:
        client = await api.seen_from(an_address())
        answers = [await client.post("/v1/categories", json=CATEGORY) for _ in range(2)]

    # Nobody is logged in, and still it counts: that is judged first.
    assert [refused(answer, 401)["code"] for answer in answers] == ["not_authenticated"] * 2
    assert [said(answer) for answer in answers] == [
        ('"commands";q=6;w=3600', '"commands";r=2;t=600'),
        ('"commands";q=6;w=3600', '"commands";r=1;t=1200'),
    ]


# fault 81
async def test_who_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    async with limited_api(settings, "commands=6/3600s:1") as api:
        client = await api.seen_from(an_address())
        await client.post("/v1/categories", json=CATEGORY)
        answer = await client.post("/v1/categories", json=CATEGORY, headers={"x-request-id": "me"})
        metrics = (await client.get("/metrics")).text

    problem = refused(answer, 429, "rate_limited")
    assert problem["policy"] == "commands"
    assert problem["detail"].startswith("The limit commands allows 6 requests in 3600 s; try again")
    assert answer.headers["retry-after"] == "600"
    assert said(answer) == ('"commands";q=6;w=3600', '"commands";r=0;t=600')
    assert answer.headers["x-request-id"] == "me"
    assert 'plaza_rate_limited_total{policy="commands"}' in metrics


# fault 81
async def test_two_processes_share_one_quota(settings: Settings) -> None:
    limits = "commands=1/3600s:7"
    address = an_address()
    async with limited_api(settings, limits) as one, limited_api(settings, limits) as other:
        clients = [await api.seen_from(address) for api in (one, other)]
        statuses = [
            (await clients[n % 2].post("/v1/categories", json=CATEGORY)).status_code
            for n in range(20)
        ]
    assert statuses == [401] * 7 + [429] * 13


async def untouchable() -> AsyncIterator[bytes]:
    """A body that nobody may ask for."""
    yield pytest.fail("the body was asked for")


async def test_the_limit_is_judged_before_the_body_is_read(settings: Settings) -> None:
    async with limited_api(settings, "log_in=1/3600s:1") as api:
        client = await api.seen_from(an_address())
        first = await client.post("/v1/sessions", content=b"{")
        second = await client.post("/v1/sessions", content=untouchable())

    refused(first, 415)
    refused(second, 429, "rate_limited")


async def test_people_at_one_address_do_not_use_up_each_others_quota(
    marketplace: Marketplace,
) -> None:
    people = [await marketplace.a_shopper() for _ in range(2)]
    address = an_address()
    async with limited_api(marketplace.settings, "private_reads=1/3600s:2") as api:
        for person in people:
            client = await api.seen_from(address, bearer_of(person.client))
            statuses = [(await client.get("/v1/account")).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]
        elsewhere = await api.seen_from(an_address(), bearer_of(people[0].client))
        assert (await elsewhere.get("/v1/account")).status_code == 429


async def test_who_logs_in_by_cookie_is_counted_as_the_same_person(
    marketplace: Marketplace,
) -> None:
    token = bearer_of((await marketplace.a_shopper()).client)
    async with limited_api(marketplace.settings, "private_reads=1/3600s:1") as api:
        program = await api.seen_from(an_address(), token)
        browser = await api.seen_from(an_address())
        cookie = {"cookie": f"theme=dark; {ACCESS_COOKIE}={token}"}
        assert (await program.get("/v1/account")).status_code == 200
        assert (await browser.get("/v1/account", headers=cookie)).status_code == 429


@pytest.mark.parametrize("made_up", ["{}", "plz_live_{}", "a.{}.c"])
async def test_made_up_callers_count_for_the_address_they_come_from(
    settings: Settings, made_up: str
) -> None:
    address = an_address()
    async with limited_api(settings, "private_reads=1/3600s:3") as api:
        callers = [await api.seen_from(address, made_up.format(uuid4().hex)) for _ in range(5)]
        statuses = [(await caller.get(NOT_THERE)).status_code for caller in callers]
    assert statuses == [401, 401, 401, 429, 429]


async def test_addresses_of_one_ipv6_network_count_as_one(settings: Settings) -> None:
    network = an_address().rpartition("::")[0]
    async with limited_api(settings, "commands=1/3600s:2") as api:
        clients = [await api.seen_from(f"{network}::{n}") for n in (1, 2, 3)]
        statuses = [(await c.post("/v1/categories", json=CATEGORY)).status_code for c in clients]
        other = await api.seen_from(an_address())
        assert (await other.post("/v1/categories", json=CATEGORY)).status_code == 401
    assert statuses == [401, 401, 429]


async def test_only_this_machine_itself_is_exempt(settings: Settings) -> None:
    pretended = {"x-forwarded-for": "127.0.0.1", "forwarded": "for=127.0.0.1"}
    async with limited_api(settings, "commands=1/3600s:1") as api:
        for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
            client = await api.seen_from(address)
            answers = [await client.post("/v1/categories", json=CATEGORY) for _ in range(3)]
            assert all(is_silent(answer) for answer in answers)
            assert {answer.status_code for answer in answers} == {401}
        stranger = await api.seen_from(an_address())
        statuses = [
            (await stranger.post("/v1/categories", json=CATEGORY, headers=pretended)).status_code
            for _ in range(2)
        ]
    assert statuses == [401, 429]


async def test_nobody_is_exempt_unless_that_is_set(settings: Settings) -> None:
    strict = msgspec.structs.replace(settings, rate_limits_exempt_loopback=False)
    async with limited_api(strict, "mail=1/3600s:1") as api:
        client = await api.seen_from("127.0.0.1")
        statuses = [(await client.post("/v1/accounts", json={})).status_code for _ in range(2)]
    assert statuses == [400, 429]


async def test_a_process_as_in_production_counts_who_connects_to_it(settings: Settings) -> None:
    limits = RatePolicies("commands=1/3600s:2,log_in=off")
    served = msgspec.structs.replace(
        settings, rate_limits=limits, rate_limits_exempt_loopback=False
    )
    async with api_process(served) as process:
        answers = [await process.client.post("/v1/categories", json=CATEGORY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert [said(answer)[1][:14] for answer in answers] == [
        '"commands";r=1',
        '"commands";r=0',
        '"commands";r=0',
    ]


async def test_a_policy_that_is_off_counts_nothing_and_says_nothing(settings: Settings) -> None:
    async with limited_api(settings, "commands=off,public_reads=off") as api:
        client = await api.seen_from(an_address())
        answers = [
            await client.post("/v1/categories", json=CATEGORY),
            await client.get("/v1/products"),
        ]
    assert all(is_silent(answer) for answer in answers)


async def test_health_and_metrics_are_not_counted(settings: Settings) -> None:
    async with limited_api(settings, "public_reads=1/3600s:1") as api:
        client = await api.seen_from(an_address())
        for path in ("/health", "/health/live", "/health/ready", "/metrics", "/version"):
            answers = [await client.get(path) for _ in range(3)]
            assert {answer.status_code for answer in answers} <= {200, 503}
            assert all(is_silent(answer) or answer.status_code == 503 for answer in answers)
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/")).status_code == 429
