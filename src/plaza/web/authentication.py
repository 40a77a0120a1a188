"""Who calls: access tokens checked, standing looked up, guards of routes."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from plaza.kernel.actor import Actor
from plaza.kernel.clock import Clock
from plaza.kernel.refusals import Forbidden, NotAuthenticated, NotThere

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
ALGORITHM = "Ed25519"  # RFC 9864: EdDSA with its curve named
TOKEN_TYPE = "at+jwt"  # noqa: S105  a media type (RFC 9068), no secret
ISSUER = "plaza"
AUDIENCE = "plaza-api"
LEEWAY_S = 30
TOKEN_LENGTH_MAX = 4096
STANDING_TTL_S = 1.0
STANDINGS_MAX = 10_000

Role = Literal["owner", "manager", "staff"]

ROLES_WRITING_CATALOG: tuple[Role, ...] = ("owner", "manager", "staff")


class Standing(msgspec.Struct, frozen=True):
    """What an account may do now; never part of a token."""

    is_operator: bool
    roles: dict[UUID, Role]


StandingLookup = Callable[[UUID], Awaitable[Standing | None]]


class Claims(msgspec.Struct, frozen=True):
    """An access token's claims; all of them are required."""

    iss: str
    aud: str
    sub: UUID
    sid: UUID
    iat: int
    nbf: int
    exp: int


class Caller(msgspec.Struct, frozen=True):
    """An authenticated caller."""

    account_id: UUID
    session_id: UUID
    standing: Standing

    @property
    def actor(self) -> Actor:
        return Actor(kind="account", id=self.account_id)


class AccessTokens:
    """Signs and checks access tokens with Ed25519."""

    def __init__(self, key: OKPKey, clock: Clock) -> None:
        self._key = key
        self._key_id = key.thumbprint()
        self._clock = clock

    def issue(self, account_id: UUID, session_id: UUID) -> str:
        now = self._clock()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(account_id),
            "sid": str(session_id),
            "iat": _seconds(now),
            "nbf": _seconds(now),
            "exp": _seconds(now + ACCESS_TOKEN_LIFETIME),
        }
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": self._key_id}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def claims_in(self, token: str) -> Claims:
        """The claims of a valid token.

        Raises:
            NotAuthenticated: it is not one of ours, or not valid now.
        """
        if len(token) > TOKEN_LENGTH_MAX:
            raise NotAuthenticated("The access token is too long to be one of ours.")
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            claims = msgspec.convert(decoded.claims, Claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotAuthenticated("The access token is not valid.") from error
        header = decoded.header
        if header.get("typ") != TOKEN_TYPE or header.get("kid") != self._key_id or "crit" in header:
            raise NotAuthenticated("The access token is not valid.")
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Claims) -> None:
        now = _seconds(self._clock())
        if claims.iss != ISSUER or claims.aud != AUDIENCE or claims.nbf > now + LEEWAY_S:
            raise NotAuthenticated("The access token is not valid.")
        if claims.exp + LEEWAY_S < now:
            raise NotAuthenticated("The access token has expired; refresh the session.")


class Authenticator:
    """Tells who calls."""

    def __init__(self, tokens: AccessTokens, lookup: StandingLookup) -> None:
        self._tokens = tokens
        self._lookup = lookup
        self._standings: TTLCache[UUID, Standing | None] = TTLCache(
            STANDINGS_MAX, STANDING_TTL_S, timer=time.monotonic
        )

    async def caller_of(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
        """The caller; None for one who shows no token.

        Raises:
            NotAuthenticated: a token that is not valid.
        """
        header = connection.headers.get("authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated("Send Authorization: Bearer <access token>.")
        claims = self._tokens.claims_in(token.strip())
        standing = await self.standing_of(claims.sub)
        if standing is None:
            raise NotAuthenticated("The account is no longer there.")
        return Caller(claims.sub, claims.sid, standing)

    async def standing_of(self, account_id: UUID) -> Standing | None:
        if account_id not in self._standings:
            self._standings[account_id] = await self._lookup(account_id)
        return self._standings[account_id]

    def forget_all(self) -> None:
        """Look every standing up again, because one was changed."""
        self._standings.clear()


Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


async def authenticated(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """Guard: somebody who is logged in."""
    await _require_caller(connection)


async def operator_only(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """Guard: who runs the marketplace."""
    caller = await _require_caller(connection)
    if not caller.standing.is_operator:
        raise Forbidden("Only operators of the marketplace may do this.")


def member_with(*roles: Role) -> Guard:
    """Guard of a `{vendor}` route: a member in one of the roles; to strangers it is not there."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        caller = await _require_caller(connection)
        vendor_id: UUID = connection.path_params["vendor"]
        role = caller.standing.roles.get(vendor_id)
        if role is None:
            raise NotThere
        if role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(roles)}; yours is {role}.")

    return guard


async def _require_caller(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    authenticator: Authenticator = connection.app.state.authenticator
    caller = await authenticator.caller_of(connection)
    if caller is None:
        raise NotAuthenticated("Log in and send Authorization: Bearer <access token>.")
    connection.scope["plaza_caller"] = caller  # type: ignore[typeddict-unknown-key]
    return caller


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
