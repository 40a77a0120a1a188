"""Id tokens of other providers: what makes one good (OpenID Connect Core, 3.1.3.7)."""

from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from plaza.kernel.clock import Clock

# By public keys only: neither `none`, nor an HMAC whose key would be the public one.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"),
    "Ed25519",
)
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
LEEWAY_S = 60
TOKEN_LENGTH_MAX = 64 * 1024
SUBJECT_LENGTH_MAX = 255


class IdTokenRefused(Exception):  # noqa: N818  the client tells it as a refusal
    """The token does not prove who somebody is; the message says why, for the log."""


class UnknownKey(IdTokenRefused):
    """Signed by a key that the provider had not published when it was last asked."""


class ProviderKeys:
    """The public keys of a provider; those of kinds that are not understood are left out."""

    def __init__(self, published: Any) -> None:
        """Read a JWK set.

        Raises:
            ValueError: it is none, or holds no key to check a signature with.
        """
        entries = published.get("keys") if isinstance(published, dict) else None
        if not isinstance(entries, list):
            raise ValueError("no JWK set")  # noqa: TRY004  it is the provider's value
        keys = [key for entry in entries if (key := _key_in(entry)) is not None]
        if not keys:
            raise ValueError("no usable key")
        self.known = KeySet(keys)


class IdTokens:
    """Checks id tokens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def claims_in(
        self, token: str, keys: ProviderKeys, issuer: str, client_id: str, nonce: str
    ) -> dict[str, Any]:
        """The claims of a token that was made for this client and this attempt.

        Raises:
            UnknownKey: it names a key that is not among them.
            IdTokenRefused: it is not good.
        """
        if len(token) > TOKEN_LENGTH_MAX:
            raise IdTokenRefused("too long")
        try:
            claims = jwt.decode(token, keys.known, algorithms=ALGORITHMS).claims
            self._registry(issuer, client_id, nonce).validate(claims)
        except InvalidKeyIdError as error:
            raise UnknownKey(str(error)) from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise IdTokenRefused(repr(error)) from error
        _check_words(claims, client_id, nonce)
        return claims

    def _registry(self, issuer: str, client_id: str, nonce: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )


def _check_words(claims: dict[str, Any], client_id: str, nonce: str) -> None:
    """What the registry takes more kindly than the standard."""
    if claims["nonce"] != nonce:
        raise IdTokenRefused("nonce")
    if not 0 < len(claims["sub"]) <= SUBJECT_LENGTH_MAX or "\0" in claims["sub"]:
        raise IdTokenRefused("sub")
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != client_id:
        raise IdTokenRefused("azp")


def _key_in(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or entry.get("kty") not in KEY_TYPES:
        return None
    if entry.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
