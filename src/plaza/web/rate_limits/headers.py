"""What answers say about limits (draft-ietf-httpapi-ratelimit-headers)."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from litestar.types import Scope

from plaza.kernel.rate_policies import RatePolicy

IN_SCOPE = "plaza_rate_limit"
POLICIES_REMEMBERED = 100
ROOM = b"%b;r=%d;t=%d"

Header = tuple[bytes, bytes]


class Left(NamedTuple):
    """What a policy leaves to a client after a request.

    Attributes:
        requests: that may be sent at once.
        seconds: until all of the quota is there again; where nothing is left, until there is one.
    """

    policy: RatePolicy
    requests: int
    seconds: int
    is_refused: bool = False


def say_limits(scope: Scope, left: Sequence[Left]) -> None:
    """Leave with the request what its answer says."""
    scope[IN_SCOPE] = said_of(left)  # type: ignore[literal-required]


def said_of(left: Sequence[Left]) -> list[tuple[bytes, bytes]]:
    """What is left, as headers."""
    said = [_said(*told) for told in left]
    policies, rooms = said[0] if len(said) == 1 else map(b", ".join, zip(*said, strict=True))
    return [(b"ratelimit-policy", policies), (b"ratelimit", rooms)]


def limits_said(scope: Scope) -> Sequence[tuple[bytes, bytes]]:
    """The headers of the answer; none where nothing was counted."""
    said: Sequence[tuple[bytes, bytes]] = scope.get(IN_SCOPE, ())  # type: ignore[assignment]
    return said


def saying(policy: RatePolicy, seconds: int) -> Callable[[int], tuple[Header, Header]]:
    """Says, as headers, how many requests are left, and that all are there in so many seconds."""
    name, told = _named(policy)
    first = (b"ratelimit-policy", told)

    def say(requests: int) -> tuple[Header, Header]:
        return first, (b"ratelimit", ROOM % (name, requests, seconds))

    return say


def _said(policy: RatePolicy, requests: int, seconds: int, _: object) -> tuple[bytes, bytes]:
    name, told = _named(policy)
    return told, ROOM % (name, requests, seconds)


@lru_cache(POLICIES_REMEMBERED)
def _named(policy: RatePolicy) -> tuple[bytes, bytes]:
    """The policy's name, and the whole of it, as structured fields (RFC 9651)."""
    name = f'"{policy.name}"'
    return name.encode(), f"{name};q={policy.quota};w={policy.period_s}".encode()
