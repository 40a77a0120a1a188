"""Puts the limits of a process together."""

from typing import NamedTuple

from redis.asyncio import Redis

from plaza.kernel.keys import derived_key
from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels
from plaza.settings import Settings
from plaza.web.access_tokens import AccessTokens
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.emails import EmailLimits, KnownPlaces
from plaza.web.rate_limits.limiting import Limits
from plaza.web.rate_limits.shared_buckets import SharedBuckets

REDIS_BUDGET_S = 0.1
"""The longest that a request waits to be counted; a trip takes a tenth of a millisecond."""


class OpenedLimits(NamedTuple):
    requests: Limits
    emails: EmailLimits


def open_breaker() -> Breaker:
    """Who cannot be counted with the others in time is counted here."""
    return Breaker("rate_limits", REDIS_BUDGET_S, opens_at_refusal=True)


def open_limits(
    settings: Settings, redis: Redis, channels: Channels, tokens: AccessTokens
) -> OpenedLimits:
    """The limits that this process shares with the others of the log."""
    policies = settings.rate_limits
    breaker = open_breaker()
    counting = Counting(SharedBuckets(redis, channels), breaker)
    requests = Limits(
        policies, counting, tokens, exempts_loopback=settings.rate_limits_exempt_loopback
    )
    emails = EmailLimits(
        policies,
        counting,
        requests,
        KnownPlaces(redis, channels, breaker),
        derived_key(settings.secret(), "rate-limit-email"),
    )
    return OpenedLimits(requests, emails)
