"""Leased policies: one trip to Redis for many requests, and still one quota."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import pytest
from redis.asyncio import Redis

from plaza.kernel.rate_policies import RatePolicies, RatePolicy
from plaza.outbox.channels import Channels
from plaza.settings import Settings
from plaza.web.rate_limits.buckets import Charge, Taken
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.headers import Left
from plaza.web.rate_limits.leases import Leases
from plaza.web.rate_limits.opening import open_breaker
from plaza.web.rate_limits.shared_buckets import SharedBuckets
from web.rate_limits.limited import an_address, limited_api, said


@contextmanager
def interrupted_after(timeout_s: int) -> Iterator[None]:
    """What never lets go of the event loop can be ended from outside of it only."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # Anything less would be caught by the event loop.
        raise SystemExit

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(timeout_s)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def a_policy(setting: str) -> RatePolicy:
    return RatePolicies(f"public_reads={setting}").by_name()["public_reads"]


def leases(redis: Redis, channels: Channels) -> Leases:
    """Those of one process."""
    return Leases(Counting(SharedBuckets(redis, channels), open_breaker()))


class CountedTrips(Counting):
    """Counts how often Redis is asked."""

    trips = 0

    async def take(self, charges: Sequence[Charge], wanted: int = 1) -> Taken:
        self.trips += 1
        return await super().take(charges, wanted)


async def taken_of(redis: Redis, channels: Channels, policy: RatePolicy) -> int:
    """Units that are gone from the shared bucket."""
    peeked = await SharedBuckets(redis, channels).take([Charge(policy, "somebody")], 0)
    return policy.burst - peeked.rooms[0].remaining


async def test_a_hundred_requests_cost_one_trip(redis: Redis, channels: Channels) -> None:
    policy = a_policy("1/3600s:1000")
    counting = CountedTrips(SharedBuckets(redis, channels), open_breaker())
    process = Leases(counting)

    left = [await process.spend(Charge(policy, "somebody")) for _ in range(900)]

    assert [told.requests for told in left] == list(range(999, 99, -1))
    assert not any(told.is_refused for told in left)
    assert counting.trips <= 10


async def test_requests_at_the_same_time_wait_for_one_lease(
    redis: Redis, channels: Channels
) -> None:
    policy = a_policy("1/3600s:1000")
    process = leases(redis, channels)
    charge = Charge(policy, "somebody")

    await asyncio.gather(*(process.spend(charge) for _ in range(49)))

    assert await taken_of(redis, channels, policy) == 100


async def test_the_next_lease_comes_before_one_is_spent(redis: Redis, channels: Channels) -> None:
    policy = a_policy("1/3600s:1000")
    process = leases(redis, channels)
    charge = Charge(policy, "somebody")
    await process.spend(charge)

    for taken in range(200, 1_000, 100):
        # Nobody is sent the slow way.
        assert all(process.at_once(charge) for _ in range(99))
        async with asyncio.timeout(5):
            while await taken_of(redis, channels, policy) < taken:
                continue
            # The process hears of it on a connection of its own, at about the same time.
            await taken_of(redis, channels, policy)


async def test_of_a_bucket_that_is_empty_the_rest_is_spent_without_asking_again(
    redis: Redis, channels: Channels
) -> None:
    policy = a_policy("1/3600s:400")
    counting = CountedTrips(SharedBuckets(redis, channels), open_breaker())
    process, charge = Leases(counting), Charge(policy, "somebody")

    granted = 0
    while not (await process.spend(charge)).is_refused:
        granted += 1
        await asyncio.sleep(0.001)

    assert granted == policy.burst
    assert counting.trips <= 6


async def test_more_at_once_than_a_lease_holds_do_not_stop_the_process(
    redis: Redis, channels: Channels
) -> None:
    process = leases(redis, channels)
    charge = Charge(a_policy("1/3600s:100000"), "somebody")
    spending: list[asyncio.Task[Left]] = []
    await process.spend(Charge(charge.policy, "somebody else"))

    # Some come between a share's arrival and everybody's knowing of it.
    with interrupted_after(20):
        while not any(task.done() for task in spending[-150:]):
            spending += [asyncio.create_task(process.spend(charge)) for _ in range(150)]
            await asyncio.sleep(0)
        left = await asyncio.gather(*spending)

    assert len({told.requests for told in left}) == len(spending)


async def test_a_client_that_goes_away_leaves_the_lease_to_the_others(
    redis: Redis, channels: Channels
) -> None:
    policy = a_policy("1/3600s:1000")
    process = leases(redis, channels)
    gone, other = (asyncio.create_task(process.spend(Charge(policy, "somebody"))) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()

    left = await other
    assert left.requests == 999
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_processes_together_never_spend_more_than_there_is(
    redis: Redis, channels: Channels
) -> None:
    policy = a_policy("1/3600s:250")
    processes = [leases(redis, channels) for _ in range(4)]

    left = [await processes[n % 4].spend(Charge(policy, "somebody")) for n in range(400)]

    assert sum(not told.is_refused for told in left) == 250 == policy.burst
    assert left[-1].requests == 0
    assert 3_590 <= left[-1].seconds <= 3_600


async def test_who_is_refused_costs_no_trip_until_there_is_room(
    redis: Redis, channels: Channels
) -> None:
    policy = a_policy("1/3600s:1")
    process = leases(redis, channels)
    charge = Charge(policy, "somebody")
    assert [(await process.spend(charge)).is_refused for _ in range(2)] == [False, True]

    # Whoever empties the shared bucket makes no difference: this process has its answer.
    await redis.delete(*[key async for key in redis.scan_iter(f"{channels.prefix}*", 10_000)])

    assert all([(await process.spend(charge)).is_refused for _ in range(50)])


async def test_room_that_comes_back_is_found(redis: Redis, channels: Channels) -> None:
    policy = a_policy("100/1s:1")
    process = leases(redis, channels)
    granted = 0
    async with asyncio.timeout(5):
        while granted < 3:
            granted += not (await process.spend(Charge(policy, "somebody"))).is_refused
            await asyncio.sleep(0)


async def test_a_lease_lapses_with_its_window(redis: Redis, channels: Channels) -> None:
    # Two units are leased for one second, and come back to the bucket in two.
    policy = a_policy("1/1s:8")
    process = leases(redis, channels)
    charge = Charge(policy, "somebody")
    await process.spend(charge)
    assert await taken_of(redis, channels, policy) == 2
    async with asyncio.timeout(10):
        while await taken_of(redis, channels, policy):  # noqa: ASYNC110  Redis is asked
            await asyncio.sleep(0.02)

    assert (await process.spend(charge)).requests == 7
    assert await taken_of(redis, channels, policy) == 2


async def test_public_reads_are_leased_over_http(settings: Settings) -> None:
    address = an_address()
    async with limited_api(settings, "public_reads=3600/3600s:40") as api:
        client = await api.seen_from(address)
        answers = [await client.get("/v1/products") for _ in range(45)]

    assert [answer.status_code for answer in answers] == [200] * 40 + [429] * 5
    assert said(answers[0]) == ('"public_reads";q=3600;w=3600', '"public_reads";r=39;t=10')
    assert answers[-1].headers["retry-after"] == "1"


async def test_who_may_read_fast_has_many_requests_on_their_way_without_anybody_being_asked(
    redis: Redis, channels: Channels
) -> None:
    fast = Charge(a_policy("600000/60s"), "somebody")
    counting = CountedTrips(SharedBuckets(redis, channels), open_breaker())
    process = Leases(counting)
    await process.spend(fast)

    # None of them lets another run, as those that are read from a socket at once.
    said = [process.at_once(fast) for _ in range(900)]

    assert None not in said
    assert counting.trips == 1
