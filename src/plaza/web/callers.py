"""Who calls: an account by its session, or a vendor's program by its API key."""

import hashlib
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection

from plaza.kernel.actor import Actor
from plaza.kernel.clock import Clock
from plaza.kernel.refusals import NotAuthenticated
from plaza.web.access_tokens import AccessTokens, Claims
from plaza.web.cookies import access_token_of
from plaza.web.csrf import CsrfTokens
from plaza.web.key_uses import KeyUses
from plaza.web.standings import KeyStanding, Remembered, Standing

API_KEY_PREFIX = "plz_live_"
API_KEY_LENGTH_MAX = 200
IN_SCOPE = "plaza_caller"

Connection = ASGIConnection[Any, Any, Any, Any]
AccountStandings = Remembered[tuple[UUID, UUID], Standing]
KeyStandings = Remembered[bytes, KeyStanding]


class Caller(msgspec.Struct, frozen=True):
    """A person who is logged in."""

    account_id: UUID
    session_id: UUID
    standing: Standing

    @property
    def actor(self) -> Actor:
        return Actor(kind="account", id=self.account_id)


class KeyCaller(msgspec.Struct, frozen=True):
    """A program that has a vendor's API key."""

    standing: KeyStanding

    @property
    def actor(self) -> Actor:
        return Actor(kind="api_key", id=self.standing.key_id)


AnyCaller = Caller | KeyCaller


class Authenticator:
    """Tells who calls."""

    def __init__(
        self,
        tokens: AccessTokens,
        accounts: AccountStandings,
        keys: KeyStandings,
        csrf: CsrfTokens,
        uses: KeyUses,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._keys = keys
        self._csrf = csrf
        self._uses = uses
        self._clock = clock

    async def caller_of(self, connection: Connection) -> AnyCaller | None:
        """The caller; None for one who shows nothing.

        Raises:
            NotAuthenticated: what is shown is not valid.
            CsrfFailed: a browser sends its cookies for another site's page.
        """
        known = caller_in(connection.scope)
        if known is None:
            known = await self._caller_of(connection)
            remember_caller(connection.scope, known)
        return known

    async def asked_anew(self, caller: AnyCaller, connection: Connection) -> AnyCaller:
        """The same caller as they stand now: nobody is refused by what was only remembered.

        Raises:
            NotAuthenticated: the session or the key has ended.
        """
        if isinstance(caller, KeyCaller):
            digest = hashlib.sha256(_bearer(connection).encode()).digest()
            key = await self._keys.look_up(digest)
            anew: AnyCaller | None = None if key is None else KeyCaller(key)
        else:
            place = (caller.session_id, caller.account_id)
            standing = await self._accounts.look_up(place)
            anew = None if standing is None else Caller(place[1], place[0], standing)
        if anew is None:
            raise NotAuthenticated("The log-in has ended; log in again.")
        remember_caller(connection.scope, anew)
        return anew

    async def _caller_of(self, connection: Connection) -> AnyCaller | None:
        if "authorization" in connection.headers:
            token = _bearer(connection)
            if token.startswith(API_KEY_PREFIX):
                return await self._key_caller(token)
            return await self._caller(self._tokens.claims_in(token))
        held = access_token_of(connection)
        if held is None:
            return None
        claims = self._tokens.claims_in(held)
        self._csrf.check(connection, claims.sid)
        return await self._caller(claims)

    async def _caller(self, claims: Claims) -> Caller:
        standing = await self._accounts.get((claims.sid, claims.sub))
        if standing is None:
            raise NotAuthenticated("The session has ended; log in again.")
        return Caller(claims.sub, claims.sid, standing)

    async def _key_caller(self, secret: str) -> KeyCaller:
        if len(secret) > API_KEY_LENGTH_MAX:
            raise NotAuthenticated("The API key is too long to be one of ours.")
        standing = await self._keys.get(hashlib.sha256(secret.encode()).digest())
        if standing is None or _is_over(standing, self._clock()):
            raise NotAuthenticated("The API key is not valid, has expired or was revoked.")
        self._uses.note(standing.key_id)
        return KeyCaller(standing)


def caller_in(scope: MutableMapping[str, Any] | Any) -> AnyCaller | None:
    """The caller that was found before in the same request."""
    caller: AnyCaller | None = scope.get(IN_SCOPE)
    return caller


def remember_caller(scope: MutableMapping[str, Any] | Any, caller: AnyCaller | None) -> None:
    scope[IN_SCOPE] = caller


def _is_over(standing: KeyStanding, now: datetime) -> bool:
    return standing.expires_at is not None and standing.expires_at <= now


def _bearer(connection: Connection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("Send Authorization: Bearer <access token or API key>.")
    return token.strip()
