"""The setting of the limits: what it may say, and how it says what is wrong."""

import pytest

from plaza.kernel.rate_policies import BURST_SECONDS_MAX, DEFAULTS, RatePolicies
from plaza.settings import InvalidSetting, Settings, settings_from


def test_what_is_not_named_keeps_its_default() -> None:
    policies = RatePolicies("log_in=10/60s:20, public_reads=off").by_name()

    changed = policies["log_in"]
    assert (changed.quota, changed.period_s, changed.burst) == (10, 60, 20)
    assert changed.is_strict
    assert changed.counted_by == "address"
    assert "public_reads" not in policies
    same = policies.keys() - {"log_in"}
    assert {name: policies[name] for name in same} == {name: DEFAULTS[name] for name in same}
    assert DEFAULTS.keys() - policies.keys() == {"public_reads"}


def test_without_a_burst_the_whole_quota_may_come_at_once() -> None:
    assert RatePolicies("mail=7/60s").by_name()["mail"].burst == 7


@pytest.mark.parametrize("text", ["", "mail=7/60s:9", "mail=7/60s:9,commands=off"])
def test_the_text_of_policies_makes_the_same_policies(text: str) -> None:
    policies = RatePolicies(text)
    assert RatePolicies(str(policies)) == policies
    assert Settings(rate_limits=policies).environment()["PLAZA_RATE_LIMITS"] == str(policies)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("log_in=0/60s", "'log_in=0/60s' is not written like log_in=10/60s:20"),
        ("log_in=10/60", "'log_in=10/60' is not written like"),
        ("log_in=10/1m", "'log_in=10/1m' is not written like"),
        ("log_in=10/60s:0", "is not written like"),
        ("log_in=-1/60s", "is not written like"),
        ("log_in", "'log_in' is not written like"),
        ("logins=10/60s", "'logins' is not one of log_in, log_in_email"),
        ("mail=off,mail=7/60s", "mail stands in it twice"),
        ("mail=1/1000000s:4001", f"is too much: requests times seconds may be {BURST_SECONDS_MAX}"),
    ],
)
def test_what_cannot_be_read_stops_the_start_with_a_sentence(text: str, problem: str) -> None:
    with pytest.raises(InvalidSetting) as stopped:
        settings_from({"PLAZA_RATE_LIMITS": text})
    assert str(stopped.value).startswith(f"PLAZA_RATE_LIMITS={text!r} cannot be used: ")
    assert problem in str(stopped.value)


def test_a_strict_policy_is_a_quarter_where_a_process_counts_alone() -> None:
    alone = DEFAULTS["log_in"].without_redis()
    assert (alone.quota, alone.burst) == (7, 7)
    assert DEFAULTS["commands"].without_redis() == DEFAULTS["commands"]


def test_whoever_guesses_at_passwords_is_limited_where_redis_is_away() -> None:
    strict = {policy.name for policy in DEFAULTS.values() if policy.is_strict}
    assert strict == {"log_in", "log_in_email", "mail", "mail_email"}


def test_a_lease_never_takes_all_there_is() -> None:
    assert DEFAULTS["public_reads"].lease_units == 100
    assert RatePolicies("public_reads=8/60s").by_name()["public_reads"].lease_units == 2
    assert RatePolicies("public_reads=1/60s").by_name()["public_reads"].lease_units == 1


def test_who_may_read_much_faster_takes_leases_that_last_as_long() -> None:
    assert RatePolicies("public_reads=60000/60s").by_name()["public_reads"].lease_units == 100
    fast = RatePolicies("public_reads=1200000/60s").by_name()["public_reads"]
    assert (fast.lease_units, fast.renewed_at) == (2_000, 1_000)
    short = RatePolicies("public_reads=1200000/60s:4000").by_name()["public_reads"]
    assert short.lease_units == 1_000
