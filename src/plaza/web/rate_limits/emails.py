"""Limits by an e-mail address, which is known only once the body is decoded."""

import hashlib
import hmac

from litestar.types import Scope
from redis.asyncio import Redis

from plaza.kernel.rate_policies import RatePolicies
from plaza.kernel.text import normalized_email
from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels
from plaza.web.rate_limits.buckets import Charge
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.limiting import Limits
from plaza.web.rate_limits.refusal import RateLimited
from plaza.web.rate_limits.subjects import place_of

LOG_IN = "log_in_email"
MAIL = "mail_email"
PLACE_REMEMBERED_S = 30 * 86_400


class KnownPlaces:
    """From where people have logged in; forgotten after a month, or with Redis."""

    def __init__(self, redis: Redis, channels: Channels, breaker: Breaker) -> None:
        self._redis = redis
        self._prefix = f"{channels.prefix}:known-place:"
        self._breaker = breaker

    async def hold(self, place: str) -> bool:
        return await self._breaker.ask(lambda: self._redis.exists(self._prefix + place)) == 1

    async def add(self, place: str) -> None:
        key = self._prefix + place
        await self._breaker.ask(lambda: self._redis.set(key, b"", ex=PLACE_REMEMBERED_S))


class EmailLimits:
    """Slows those who guess at one account, or fill one mailbox, from many places.

    Nothing here knows which addresses have accounts, so that all of them are answered alike. Redis
    sees digests under a key of the installation, so that it tells nobody whose mail is whose.
    """

    def __init__(
        self,
        policies: RatePolicies,
        counting: Counting,
        limits: Limits,
        places: KnownPlaces,
        key: bytes,
    ) -> None:
        self._policies = policies.by_name()
        self._counting = counting
        self._limits = limits
        self._places = places
        self._key = key

    async def judge_log_in(self, email: str, scope: Scope) -> None:
        """Count a log-in, before the password is looked at.

        A place that the owner has logged in from before counts apart from all others, so that
        nobody who guesses elsewhere keeps the owner out.

        Raises:
            RateLimited: too many for this address of late.
        """
        if not self._counts(LOG_IN, scope):
            return
        own = self._place_of(email, scope)
        is_known = await self._places.hold(own)
        await self._take(LOG_IN, own if is_known else self._digest(email))

    async def note_log_in(self, email: str, scope: Scope) -> None:
        """Remember that the right password came from there."""
        if self._counts(LOG_IN, scope):
            await self._places.add(self._place_of(email, scope))

    async def judge_mail(self, email: str, scope: Scope) -> None:
        """Count a mail that somebody asks to be sent there.

        Raises:
            RateLimited: too many to this address of late.
        """
        if self._counts(MAIL, scope):
            await self._take(MAIL, self._digest(email))

    def _counts(self, name: str, scope: Scope) -> bool:
        return name in self._policies and not self._limits.exempts(place_of(scope))

    async def _take(self, name: str, subject: str) -> None:
        policy = self._policies[name]
        taken = await self._counting.take([Charge(policy, subject)])
        if not taken.granted:
            raise RateLimited(policy, taken.rooms[0].retry_after_s)

    def _place_of(self, email: str, scope: Scope) -> str:
        return self._digest(email, place_of(scope).subject)

    def _digest(self, email: str, *parts: str) -> str:
        named = "\n".join([normalized_email(email), *parts]).encode()
        return hmac.digest(self._key, named, hashlib.sha256).hex()
