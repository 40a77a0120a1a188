"""The arithmetic of one bucket, and of several at once."""

from hypothesis import given
from hypothesis import strategies as st

from plaza.kernel.rate_policies import RatePolicy
from plaza.web.rate_limits.buckets import Held, take

SECOND_US = 1_000_000


def a_policy(quota: int = 2, period_s: int = 10, burst: int = 3) -> RatePolicy:
    return RatePolicy(name="p", quota=quota, period_s=period_s, burst=burst, counted_by="address")


POLICIES = st.builds(
    a_policy, quota=st.integers(1, 5_000), period_s=st.integers(1, 3_600), burst=st.integers(1, 99)
)


def test_a_burst_is_granted_and_comes_back_evenly() -> None:
    policy, held = a_policy(), [Held()]
    granted = []
    for second in (0, 0, 0, 0, 4, 5, 5, 10, 10):
        held, taken = take([policy], held, second * SECOND_US, 1)
        granted.append(taken.granted)
    # Three at once, and then one in each five seconds.
    assert granted == [1, 1, 1, 0, 0, 1, 0, 1, 0]


def test_who_is_refused_is_told_when_there_is_room_again() -> None:
    policy = a_policy()
    held, taken = take([policy], [Held()], 0, 3)
    (room,) = taken.rooms
    assert (room.remaining, room.wait_us, room.full_us) == (0, 5 * SECOND_US, 15 * SECOND_US)

    _, early = take([policy], held, 5 * SECOND_US - 1, 1)
    _, late = take([policy], held, 5 * SECOND_US, 1)

    assert (early.granted, early.rooms[0].wait_us, early.rooms[0].retry_after_s) == (0, 1, 1)
    assert late.granted == 1


def test_of_several_buckets_none_is_touched_where_one_is_used_up() -> None:
    wide, narrow = a_policy(burst=9), a_policy(burst=1)
    held, first = take([wide, narrow], [Held(), Held()], 0, 1)
    again, refused = take([wide, narrow], held, 0, 1)
    assert (first.granted, refused.granted) == (1, 0)
    assert again == held
    assert [room.remaining for room in refused.rooms] == [8, 0]


def test_as_much_is_taken_as_there_is() -> None:
    held, taken = take([a_policy(burst=3)], [Held()], 0, 100)
    assert taken.granted == 3
    assert take([a_policy(burst=3)], held, 0, 100)[1].granted == 0


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    held, _ = take([a_policy()], [Held()], 100 * SECOND_US, 3)
    held, back = take([a_policy()], held, 50 * SECOND_US, 1)
    assert back.granted == 0
    assert take([a_policy()], held, 55 * SECOND_US, 1)[1].granted == 1


@given(policy=POLICIES, steps=st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 200))))
def test_never_more_than_the_burst_and_the_rate_times_the_time(
    policy: RatePolicy, steps: list[tuple[int, int]]
) -> None:
    held, now_us, granted = [Held()], 0, 0
    for passed_us, wanted in steps:
        now_us += passed_us
        held, taken = take([policy], held, now_us, wanted)
        granted += taken.granted
        assert granted <= policy.burst + now_us * policy.quota // policy.period_us


@given(policy=POLICIES, waits_us=st.lists(st.integers(0, 10**7), min_size=1))
def test_exactly_that_much_for_who_never_stops_asking(
    policy: RatePolicy, waits_us: list[int]
) -> None:
    held, taken = take([policy], [Held()], 0, policy.burst)
    granted, now_us = taken.granted, 0
    for wait_us in waits_us:
        # Never so long that the bucket would be full before it is asked again.
        now_us += min(wait_us, (policy.burst - 1) * policy.period_us // policy.quota)
        held, taken = take([policy], held, now_us, 10**9)
        granted += taken.granted
        assert granted == policy.burst + now_us * policy.quota // policy.period_us
