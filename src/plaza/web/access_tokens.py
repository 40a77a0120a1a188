"""Access tokens: signed with the newest key of the ring, checked with whichever key they name."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

import msgspec
from cachetools import TTLCache
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import extract_compact

from plaza.kernel.clock import Clock
from plaza.kernel.refusals import NotAuthenticated

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
ALGORITHM = "Ed25519"  # RFC 9864: EdDSA with its curve named
TOKEN_TYPE = "at+jwt"  # noqa: S105  a media type (RFC 9068), no secret
ISSUER = "plaza"
AUDIENCE = "plaza-api"
LEEWAY_S = 30
TOKEN_LENGTH_MAX = 4096
CHECKED_TOKENS_MAX = 10_000
CHECKED_TOKENS_TTL_S = 60


class Claims(msgspec.Struct, frozen=True):
    """An access token's claims; all of them are required."""

    iss: str
    aud: str
    sub: UUID
    sid: UUID
    iat: int
    nbf: int
    exp: int


def key_of_seed(seed: bytes) -> OKPKey:
    """The Ed25519 key of a seed of 32 bytes."""
    return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))


class SigningKey(msgspec.Struct, frozen=True):
    """A key of the ring.

    Attributes:
        signs_from: by then every process knows it.
        retires_at: from then on its tokens are worth nothing.
    """

    key: OKPKey
    signs_from: datetime
    retires_at: datetime | None = None


class KeyRing:
    """The keys of the installation, by their ids."""

    def __init__(self, keys: Mapping[str, SigningKey]) -> None:
        self._keys = dict(keys)

    def signing(self, now: datetime) -> tuple[str, OKPKey]:
        """The newest key that signs now, and its id.

        A clock behind that of whoever made the only key takes that key: somebody has to sign.
        """
        valid = [
            (held.signs_from, key_id, held.key)
            for key_id, held in self._keys.items()
            if not _is_over(held, now)
        ]
        due = [found for found in valid if found[0] <= now]
        by_age = itemgetter(0, 1)
        _, key_id, key = max(due, key=by_age) if due else min(valid, key=by_age)
        return key_id, key

    def checking(self, key_id: str, now: datetime) -> OKPKey | None:
        """The key of that id, unless it is retired."""
        held = self._keys.get(key_id)
        return None if held is None or _is_over(held, now) else held.key

    def public(self, now: datetime) -> list[dict[str, str | list[str]]]:
        """The public halves as JSON Web Keys (RFC 7517), for whoever checks tokens elsewhere."""
        return [
            {**held.key.as_dict(private=False), "kid": key_id, "alg": ALGORITHM, "use": "sig"}
            for key_id, held in self._keys.items()
            if not _is_over(held, now)
        ]

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys


class AccessTokens:
    """Signs and checks access tokens with Ed25519."""

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        # A signature is checked once: by a hot client it would be most of a request's time.
        self._checked: TTLCache[str, Claims] = TTLCache(
            CHECKED_TOKENS_MAX, CHECKED_TOKENS_TTL_S, timer=time.monotonic
        )

    @property
    def ring(self) -> KeyRing:
        return self._ring

    def take_ring(self, ring: KeyRing) -> None:
        """Go on with a ring that was read anew."""
        self._ring = ring
        self._checked.clear()

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
        key_id, key = self._ring.signing(now)
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key_id}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def claims_in(self, token: str) -> Claims:
        """The claims of a valid token.

        Raises:
            NotAuthenticated: it is not one of ours, or not valid now.
        """
        if len(token) > TOKEN_LENGTH_MAX:
            raise NotAuthenticated("The access token is too long to be one of ours.")
        claims = self._checked.get(token)
        if claims is None:
            claims = self._checked[token] = self._signed_claims(token)
        self._check_claims(claims)
        return claims

    def key_id_in(self, token: str) -> str | None:
        """The key that the token names, as far as it can be read at all."""
        try:
            key_id = extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError, TypeError, RecursionError):
            return None
        return key_id if isinstance(key_id, str) else None

    def _signed_claims(self, token: str) -> Claims:
        key = self._ring.checking(self.key_id_in(token) or "", self._clock())
        if key is None:
            raise NotAuthenticated("The access token is not valid.")
        try:
            decoded = jwt.decode(token, key, algorithms=[ALGORITHM])
            claims = msgspec.convert(decoded.claims, Claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotAuthenticated("The access token is not valid.") from error
        header = decoded.header
        if header.get("typ") != TOKEN_TYPE or "crit" in header:
            raise NotAuthenticated("The access token is not valid.")
        return claims

    def _check_claims(self, claims: Claims) -> None:
        """Refuse tokens of other issuers, for others, or of another time than now."""
        now = _seconds(self._clock())
        if claims.iss != ISSUER or claims.aud != AUDIENCE or claims.nbf > now + LEEWAY_S:
            raise NotAuthenticated("The access token is not valid.")
        if claims.exp + LEEWAY_S < now:
            raise NotAuthenticated("The access token has expired; refresh the session.")


def _is_over(held: SigningKey, now: datetime) -> bool:
    return held.retires_at is not None and held.retires_at <= now


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
