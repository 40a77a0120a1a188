"""Asks providers of OpenID Connect: authorization code with PKCE, state and nonce."""

import asyncio
import time
from typing import Any, TypeVar

import httpx
import msgspec
import structlog
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from plaza.adapters.id_tokens import IdTokenRefused, IdTokens, ProviderKeys, UnknownKey
from plaza.contexts.identity.oidc import OidcAttempt, OidcRefused, ProvenIdentity, ProviderAway
from plaza.kernel.clock import Clock
from plaza.kernel.oidc_providers import OidcProvider, OidcProviders, is_safe_url
from plaza.kernel.refusals import NotThere

TIMEOUT_S = 5.0
ANSWER_BYTES_MAX = 256 * 1024
METADATA_TTL_S = 3600.0
"""Of the keys, too."""
KEYS_TTL_S_MIN = 10.0
"""An unknown key is looked for again, but not more often than this."""
AWAY_RETRY_S = 5
TEXT_LENGTH_MAX = 254

T = TypeVar("T")

log = structlog.get_logger()


class ProviderMetadata(msgspec.Struct, frozen=True):
    """What a provider publishes about itself (OpenID Connect Discovery, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str | None = None


class UserClaims(msgspec.Struct, frozen=True):
    sub: str
    email: str | None = None
    email_verified: bool | str | None = None
    name: str | None = None


class OidcClient:
    """Everything that is asked of the providers; their metadata and keys are kept for an hour."""

    def __init__(
        self,
        providers: OidcProviders,
        public_url: str,
        clock: Clock,
        client: httpx.AsyncClient,
    ) -> None:
        self._providers = providers
        self._public_url = public_url.rstrip("/")
        self._client = client
        self._id_tokens = IdTokens(clock)
        self._metadata: dict[str, tuple[float, ProviderMetadata]] = {}
        self._keys: dict[str, tuple[float, ProviderKeys]] = {}

    def issuer_of(self, provider: str) -> str:
        return self._provider(provider).issuer

    async def log_in_url(self, attempt: OidcAttempt) -> str:
        provider = self._provider(attempt.provider)
        metadata = await self._metadata_of(provider)
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=self._callback_url(attempt.provider),
            scope=" ".join(provider.scopes),
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return url

    async def identity(self, attempt: OidcAttempt, code: str) -> ProvenIdentity:
        provider = self._provider(attempt.provider)
        metadata = await self._metadata_of(provider)
        tokens = await self._exchanged(provider, metadata, attempt, code)
        claims = _as(UserClaims, await self._claims_in(provider, metadata, tokens, attempt.nonce))
        if claims.email is None:
            claims = await self._asked_for_email(metadata, tokens, claims)
        return ProvenIdentity(
            issuer=provider.issuer,
            subject=claims.sub,
            email=_plain(claims.email),
            # Some providers write the boolean as a word.
            is_email_verified=claims.email_verified in {True, "true"},
            name=_plain(claims.name),
        )

    def _provider(self, name: str) -> OidcProvider:
        if name not in self._providers:
            raise NotThere
        return self._providers[name]

    def _callback_url(self, name: str) -> str:
        return f"{self._public_url}/v1/oidc/{name}/callback"

    async def _metadata_of(self, provider: OidcProvider) -> ProviderMetadata:
        held = self._metadata.get(provider.issuer)
        if held is not None and time.monotonic() - held[0] < METADATA_TTL_S:
            return held[1]
        place = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = _as(ProviderMetadata, _json(await self._fetched("GET", place)))
        asked = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        if metadata.issuer != provider.issuer or not all(_is_endpoint(url) for url in asked):
            raise _away("its description names another issuer, or addresses that are not safe")
        self._metadata[provider.issuer] = (time.monotonic(), metadata)
        return metadata

    async def _exchanged(
        self, provider: OidcProvider, metadata: ProviderMetadata, attempt: OidcAttempt, code: str
    ) -> Tokens:
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self._callback_url(attempt.provider),
            code=code,
            code_verifier=attempt.verifier,
        )
        takes_header = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported
        method = "client_secret_basic" if takes_header else "client_secret_post"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        auth = ClientAuth(provider.client_id, provider.client_secret, method)
        url, headers, body = auth.prepare("POST", metadata.token_endpoint, headers, body)
        return _as(Tokens, _json(await self._fetched("POST", url, headers, body)))

    async def _claims_in(
        self, provider: OidcProvider, metadata: ProviderMetadata, tokens: Tokens, nonce: str
    ) -> dict[str, Any]:
        """The claims of the id token, once it has been found good."""
        try:
            return await self._checked(provider, metadata, tokens.id_token, nonce)
        except IdTokenRefused as error:
            log.warning("id_token_refused", issuer=provider.issuer, reason=str(error))
            raise OidcRefused("The provider's id token is not good; begin again.") from error

    async def _checked(
        self, provider: OidcProvider, metadata: ProviderMetadata, id_token: str, nonce: str
    ) -> dict[str, Any]:
        """The claims; a key that is not known may be new, so that the keys are looked up again."""
        wanted = (provider.issuer, provider.client_id, nonce)
        try:
            keys = await self._keys_of(metadata, METADATA_TTL_S)
            return self._id_tokens.claims_in(id_token, keys, *wanted)
        except UnknownKey:
            keys = await self._keys_of(metadata, KEYS_TTL_S_MIN)
            return self._id_tokens.claims_in(id_token, keys, *wanted)

    async def _keys_of(self, metadata: ProviderMetadata, ttl_s: float) -> ProviderKeys:
        held = self._keys.get(metadata.issuer)
        if held is not None and time.monotonic() - held[0] < ttl_s:
            return held[1]
        content = await self._fetched("GET", metadata.jwks_uri)
        try:
            keys = ProviderKeys(_json(content))
        except ValueError as error:
            raise _away("its keys cannot be read") from error
        self._keys[metadata.issuer] = (time.monotonic(), keys)
        return keys

    async def _asked_for_email(
        self, metadata: ProviderMetadata, tokens: Tokens, claims: UserClaims
    ) -> UserClaims:
        """Some providers tell the e-mail to who asks only (OpenID Connect Core, 5.3)."""
        place = metadata.userinfo_endpoint
        if place is None or tokens.access_token is None or not _is_endpoint(place):
            return claims
        headers = {"authorization": f"Bearer {tokens.access_token}"}
        asked = _as(UserClaims, _json(await self._fetched("GET", place, headers)))
        if asked.sub != claims.sub:
            raise OidcRefused("The provider tells of somebody else; begin again.")
        return asked

    async def _fetched(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: str = ""
    ) -> bytes:
        # Encoded answers are not asked for: their size would be known only once it is too late.
        asked = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
        request = self._client.build_request(method, url, headers=asked, content=body or None)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await self._client.send(request, stream=True)
                try:
                    content = await _bounded(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, TimeoutError) as error:
            raise _away(repr(error)) from error
        if _says_no(response.status_code, content):
            raise OidcRefused("The provider does not accept the code; begin again.")
        if not response.is_success:
            raise _away(f"it answered {response.status_code}")
        return content


async def _bounded(response: httpx.Response) -> bytes:
    content = b""
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > ANSWER_BYTES_MAX:
            raise _away("its answer is too long")
    return content


def _says_no(status: int, content: bytes) -> bool:
    """Whether it is the code that is wrong; everything else is between provider and operator."""
    return status == httpx.codes.BAD_REQUEST and b'"invalid_grant"' in content


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _away("its answer is no JSON") from error


def _as(wanted: type[T], value: Any) -> T:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise _away(f"its answer is not as it should be: {error}") from error


def _plain(text: str | None) -> str | None:
    """The text, if it is one that can be stored."""
    if text is None or len(text) > TEXT_LENGTH_MAX or not text.isprintable():
        return None
    return text


def _away(reason: str) -> ProviderAway:
    log.warning("oidc_provider_away", reason=reason)
    return ProviderAway("Try again in a moment, or log in another way.", AWAY_RETRY_S)


def _is_endpoint(url: str) -> bool:
    return is_safe_url(url.partition("?")[0])
