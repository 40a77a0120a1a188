"""The script in Redis: exact over processes, and the same arithmetic as in Python."""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

import msgspec
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from redis.asyncio import Redis

from plaza.kernel.rate_policies import RatePolicies, RatePolicy
from plaza.outbox.channels import Channels
from plaza.settings import Settings
from plaza.web.rate_limits.buckets import Charge, Held, take
from plaza.web.rate_limits.shared_buckets import SharedBuckets
from web.rate_limits.test_buckets import POLICIES, a_policy

PROCESSES = 4
REQUESTS = 500
SETTING = "commands=200/1s:100"


async def answers_of_processes(redis_url: str) -> list[tuple[int, int]]:
    """All that four processes were told who began together, in the server's order."""
    epoch = uuid4().hex
    command = (sys.executable, Path(__file__).with_name("asking.py"), redis_url, epoch, SETTING)
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(*command, str(REQUESTS), stdin=pipe, stdout=pipe)
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    written = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    told = [msgspec.json.decode(out, type=list[tuple[int, int]]) for out, _ in written]
    assert [len(answers) for answers in told] == [REQUESTS] * PROCESSES
    assert all({granted for granted, _ in answers} == {0, 1} for answers in told)
    return sorted((at_us, granted) for answers in told for granted, at_us in answers)


# fault 81
async def test_four_processes_are_granted_exactly_the_burst_and_the_rate(
    settings: Settings,
) -> None:
    assert settings.redis_url is not None
    policy = RatePolicies(SETTING).by_name()["commands"]

    answers = await answers_of_processes(settings.redis_url)

    began_us, granted = answers[0][0], 0
    for at_us, was_granted in answers:
        granted += was_granted
        allowed = policy.burst + (at_us - began_us) * policy.quota // policy.period_us
        # Exact where somebody is refused; before the burst is used up it may be less.
        assert granted == allowed if not was_granted else granted <= allowed
    assert PROCESSES * REQUESTS > 2 * granted > 2 * policy.burst


@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
@given(
    policies=st.lists(POLICIES, min_size=1, max_size=3),
    used=st.lists(st.integers(0, 120), min_size=3, max_size=3),
    ago_us=st.integers(-(10**6), 10**9),
    wanted=st.integers(1, 120),
)
async def test_redis_and_python_count_alike(
    redis: Redis,
    policies: list[RatePolicy],
    used: list[int],
    ago_us: int,
    wanted: int,
) -> None:
    channels = Channels(uuid4())
    charges = [Charge(policy, f"client-{n}") for n, policy in enumerate(policies)]
    seconds, microseconds = await redis.time()
    at_us = seconds * 10**6 + microseconds - ago_us
    held = [
        Held(min(units, policy.burst) * policy.period_us, at_us)
        for units, policy in zip(used, policies, strict=False)
    ]
    for (policy, subject), bucket in zip(charges, held, strict=True):
        key = f"{channels.prefix}:rate-limit:{policy.name}:{subject}"
        await redis.set(key, f"{bucket.level} {bucket.at_us}", px=10_000)

    buckets = SharedBuckets(redis, channels)
    for _ in range(3):
        taken = await buckets.take(charges, wanted)
        held, wanted_taken = take(policies, held, taken.at_us, wanted)
        assert taken == wanted_taken


async def test_a_bucket_that_is_full_again_leaves_nothing_behind(
    redis: Redis, channels: Channels
) -> None:
    buckets = SharedBuckets(redis, channels)
    await buckets.take([Charge(a_policy(quota=2, period_s=10, burst=3), "somebody")], 2)

    (key,) = [key async for key in redis.scan_iter(f"{channels.prefix}*", count=10_000)]

    assert key.decode() == f"{channels.prefix}:rate-limit:p:somebody"
    assert 10_000 < await redis.pttl(key) <= 11_000


async def test_the_largest_policy_that_a_setting_takes_is_counted_exactly(
    redis: Redis, channels: Channels
) -> None:
    policy = RatePolicies("commands=1/1000000s:4000").by_name()["commands"]
    buckets = SharedBuckets(redis, channels)

    taken = [await buckets.take([Charge(policy, "somebody")], wanted) for wanted in (3_999, 5, 5)]

    assert [told.granted for told in taken] == [3_999, 1, 0]
    # What came back meanwhile is less than the time that the test took.
    assert 10**12 - 10**8 < taken[-1].rooms[0].wait_us < 10**12
