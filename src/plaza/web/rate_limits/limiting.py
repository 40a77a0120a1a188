"""The limit that every request passes before its guards, its body and the database."""

import time
from collections.abc import Sequence
from functools import lru_cache

from cachetools import TTLCache
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from plaza.kernel.rate_policies import RatePolicies, RatePolicy
from plaza.web.access_tokens import AccessTokens
from plaza.web.callers import KeyCaller, caller_in
from plaza.web.rate_limits.buckets import Charge
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.groups import group_of
from plaza.web.rate_limits.headers import Left, say_limits
from plaza.web.rate_limits.leases import Leases
from plaza.web.rate_limits.refusal import RateLimited
from plaza.web.rate_limits.subjects import (
    ClientPlace,
    account_in,
    bearer_in,
    key_in,
    place_named,
    place_of,
)

API_KEY = "api_key"
PUBLIC_READS = "public_reads"
CLIENTS_REMEMBERED = 10_000
KEYS_REMEMBERED = 10_000
KEYS_REMEMBERED_S = 600.0


class Limits:
    """Counts the requests of one process, together with the other processes.

    What is not proven counts for the address that it came from: a token has to have our signature,
    and an API key has to have been let in, or everybody could make up callers with fresh quotas.
    """

    def __init__(
        self,
        policies: RatePolicies,
        counting: Counting,
        tokens: AccessTokens,
        *,
        exempts_loopback: bool,
    ) -> None:
        self._policies = policies.by_name()
        self._counting = counting
        self._leases = Leases(counting)
        self._tokens = tokens
        self._exempts_loopback = exempts_loopback
        self._public_charge = lru_cache(CLIENTS_REMEMBERED)(self._public_charge_of)
        self._groups: dict[BaseRouteHandler, str | None] = {}
        self._proven: TTLCache[str, bool] = TTLCache(
            KEYS_REMEMBERED, KEYS_REMEMBERED_S, timer=time.monotonic
        )

    def exempts(self, place: ClientPlace) -> bool:
        return place.is_loopback and self._exempts_loopback

    async def judge(self, scope: Scope) -> str | None:
        """Count the request.

        Returns:
            The API key that it shows, where it is not known yet that there is such a key.

        Raises:
            RateLimited: a bucket that it counts for has no room.
        """
        group = self._group_of(scope["route_handler"])
        place = place_of(scope)
        if group is None or self.exempts(place):
            return None
        policy = self._policies.get(group)
        bearer = bearer_in(scope)
        key = None if bearer is None else key_in(bearer)
        left: list[Left] = []
        charges: list[Charge] = []
        if policy is not None and policy.is_leased:
            left.append(await self._leases.spend(Charge(policy, place.subject)))
        elif policy is not None:
            charges.append(self._charge(scope, policy, place, bearer, key))
        if key is not None and API_KEY in self._policies:
            charges.append(Charge(self._policies[API_KEY], key))
        if charges:
            left += await self._exactly(charges)
        if left:
            _tell(scope, left)
        return None if key is None or key in self._proven else key

    def at_once(self, client: str) -> Sequence[tuple[bytes, bytes]] | None:
        """Count a public read of who shows nothing, if nobody has to be asked for that.

        Returns:
            What its answer says of it; None where the request is to be judged.
        """
        charge = self._public_charge(client)
        return () if charge is None else self._leases.at_once(charge)

    def _public_charge_of(self, client: str) -> Charge | None:
        policy, place = self._policies.get(PUBLIC_READS), place_named(client)
        return None if policy is None or self.exempts(place) else Charge(policy, place.subject)

    def note_caller(self, scope: Scope, key: str) -> None:
        """Remember the key, if it was let in."""
        if isinstance(caller_in(scope), KeyCaller):
            self._proven[key] = True

    def _group_of(self, handler: BaseRouteHandler) -> str | None:
        try:
            return self._groups[handler]
        except KeyError:
            return self._groups.setdefault(handler, group_of(handler))

    def _charge(
        self,
        scope: Scope,
        policy: RatePolicy,
        place: ClientPlace,
        bearer: str | None,
        key: str | None,
    ) -> Charge:
        subject = None
        if policy.counted_by == "caller":
            if key is None:
                subject = account_in(scope, bearer, self._tokens)
            elif key in self._proven:
                subject = key
        return Charge(policy, subject or place.subject)

    async def _exactly(self, charges: list[Charge]) -> list[Left]:
        taken = await self._counting.take(charges)
        is_refused = taken.granted == 0
        return [
            Left(
                charge.policy,
                room.remaining,
                room.full_s if room.remaining else room.retry_after_s,
                is_refused=is_refused and room.remaining == 0,
            )
            for charge, room in zip(charges, taken.rooms, strict=True)
        ]


class RateLimiting(ASGIMiddleware):
    """Judges where the route is known and nothing of it has run; a guard costs more."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self.limits: Limits | None = None
        """Opened when the application starts."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        limits = self.limits
        assert limits is not None
        unproven = await limits.judge(scope)
        await next_app(scope, receive, send)
        if unproven is not None:
            limits.note_caller(scope, unproven)


def _tell(scope: Scope, left: list[Left]) -> None:
    """Say what is left, and refuse the request where one policy does.

    Raises:
        RateLimited: that policy.
    """
    say_limits(scope, left)
    refused = [told for told in left if told.is_refused]
    if refused:
        # The one that takes longest: before that, nothing is won by trying again.
        told = max(refused, key=lambda one: one.seconds)
        raise RateLimited(told.policy, told.seconds)
