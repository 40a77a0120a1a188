"""How often somebody may ask: the policies, their defaults, and how a setting changes them."""

import re
from typing import Literal, Self

import msgspec

# A bucket's level is counted in microseconds times the quota; beyond this a double, which Redis'
# scripts count in, could not tell two levels apart.
BURST_SECONDS_MAX = 4_000_000_000
SHARES_WITHOUT_REDIS = 4
"""What a strict policy is divided by where each process counts for itself."""
LEASE_UNITS_MIN = 100
LEASES_PER_S = 10
"""How often a process asks for a share at most, where a hundred requests are soon spent."""
SHARES_OF_A_BURST = 4

OFF = "off"
ENTRY = re.compile(r"([a-z_]+)=(?:(off)|([1-9]\d{0,8})/([1-9]\d{0,6})s(?::([1-9]\d{0,8}))?)")

CountedBy = Literal["address", "caller", "api_key", "email"]


class RatePolicy(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """A bucket of `burst` requests that gets `quota` back in each `period_s`, evenly.

    Attributes:
        counted_by: whose bucket it is; a caller is an account or an API key, and where there is
            neither, a client address.
        is_leased: whether processes take shares of it, to spend them without asking Redis.
        is_strict: whether a process that has to count alone allows only a quarter.
    """

    name: str
    quota: int
    period_s: int
    burst: int
    counted_by: CountedBy
    is_leased: bool = False
    is_strict: bool = False

    @property
    def period_us(self) -> int:
        return self.period_s * 1_000_000

    @property
    def lease_units(self) -> int:
        """What a process takes at once; never all there is."""
        wanted = max(LEASE_UNITS_MIN, self.quota // (LEASES_PER_S * self.period_s))
        return max(1, min(wanted, self.burst // SHARES_OF_A_BURST))

    @property
    def renewed_at(self) -> int:
        """At how many requests left a process asks for its next share; 0: when none are left.

        Small shares are not renewed early: there is no hurry, and other processes want them too.
        """
        return self.lease_units // 2 if self.lease_units >= LEASE_UNITS_MIN else 0

    def without_redis(self) -> "RatePolicy":
        """What one process allows while it cannot know what the others do."""
        if not self.is_strict:
            return self
        return msgspec.structs.replace(
            self,
            quota=max(1, self.quota // SHARES_WITHOUT_REDIS),
            burst=max(1, self.burst // SHARES_WITHOUT_REDIS),
        )

    def __str__(self) -> str:
        """The policy as the setting writes it."""
        return f"{self.name}={self.quota}/{self.period_s}s:{self.burst}"


_DEFAULTS = (
    RatePolicy(
        name="log_in", quota=30, period_s=60, burst=30, counted_by="address", is_strict=True
    ),
    # Guesses at one account from anywhere. Nothing is ever locked: what was taken comes back, and
    # a place that the owner has logged in from before has a bucket of its own.
    RatePolicy(
        name="log_in_email", quota=20, period_s=600, burst=20, counted_by="email", is_strict=True
    ),
    RatePolicy(name="mail", quota=20, period_s=600, burst=20, counted_by="caller", is_strict=True),
    # Mails to one address, so that nobody's mailbox is filled by somebody else's requests.
    RatePolicy(
        name="mail_email", quota=5, period_s=3600, burst=5, counted_by="email", is_strict=True
    ),
    RatePolicy(name="account", quota=20, period_s=60, burst=20, counted_by="caller"),
    RatePolicy(name="commands", quota=600, period_s=60, burst=200, counted_by="caller"),
    # All of a payment provider's come from few addresses, as fast as people buy.
    RatePolicy(
        name="webhooks",
        quota=12_000,
        period_s=60,
        burst=3_000,
        counted_by="address",
        is_leased=True,
    ),
    RatePolicy(name="private_reads", quota=1_200, period_s=60, burst=300, counted_by="caller"),
    RatePolicy(
        name="public_reads",
        quota=12_000,
        period_s=60,
        burst=3_000,
        counted_by="address",
        is_leased=True,
    ),
    RatePolicy(name="api_key", quota=600, period_s=60, burst=200, counted_by="api_key"),
)


DEFAULTS = {policy.name: policy for policy in _DEFAULTS}


class RatePolicies(frozenset[RatePolicy]):
    """The policies that are on."""

    def __new__(cls, text: str = "") -> Self:
        """The defaults, with what a text says otherwise.

        Args:
            text: such as `log_in=10/60s:20,public_reads=off`: twenty at once and then ten a
                minute for the one, no limit for the other. Left out, the burst is the quota.

        Raises:
            ValueError: it cannot be read, or names a policy that there is not.
        """
        policies: dict[str, RatePolicy | None] = dict(DEFAULTS)
        changed = set[str]()
        for entry in filter(None, "".join(text.split()).split(",")):
            name, policy = _read(entry)
            if name in changed:
                raise ValueError(f"{name} stands in it twice")
            changed.add(name)
            policies[name] = policy
        return super().__new__(cls, filter(None, policies.values()))

    def __str__(self) -> str:
        """What differs from the defaults, as text again."""
        mine = self.by_name()
        return ",".join(
            str(mine.get(name, f"{name}={OFF}"))
            for name, default in DEFAULTS.items()
            if mine.get(name) != default
        )

    def __repr__(self) -> str:
        return f"RatePolicies({str(self)!r})"

    def by_name(self) -> dict[str, RatePolicy]:
        return {policy.name: policy for policy in self}


def _read(entry: str) -> tuple[str, RatePolicy | None]:
    match = ENTRY.fullmatch(entry)
    if match is None:
        wanted = "log_in=10/60s:20 (10 in 60 s, and 20 at once) or log_in=off"
        raise ValueError(f"{entry!r} is not written like {wanted}")
    name = match[1]
    if name not in DEFAULTS:
        raise ValueError(f"{name!r} is not one of {', '.join(DEFAULTS)}")
    return name, None if match[2] else _changed(DEFAULTS[name], match)


def _changed(policy: RatePolicy, match: re.Match[str]) -> RatePolicy:
    quota, period_s, burst = int(match[3]), int(match[4]), int(match[5] or match[3])
    if max(burst, quota) * period_s > BURST_SECONDS_MAX:
        message = f"{match[0]!r} is too much: requests times seconds may be {BURST_SECONDS_MAX}"
        raise ValueError(message)
    return msgspec.structs.replace(policy, quota=quota, period_s=period_s, burst=burst)
