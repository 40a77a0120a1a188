"""Log-ins by other providers: what is remembered of one under way, and what it has to prove."""

import base64
import binascii
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

import msgspec

from plaza.kernel.clock import Clock
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotAuthenticated, Unavailable
from plaza.kernel.sealed import NotSealedHere, opened, sealed

ATTEMPT_LIFETIME = timedelta(minutes=10)
RANDOM_BYTES = 32
PLACE = "oidc-attempt"


class OidcAttemptUnknown(NotAuthenticated):
    code = "oidc_attempt_unknown"
    title = "This browser has not begun this log-in, or not lately"


class OidcRefused(NotAuthenticated):
    code = "oidc_refused"
    title = "The other provider does not vouch for this log-in"


class ProviderAway(Unavailable):
    code = "oidc_provider_unavailable"
    title = "The other provider cannot be asked right now"


class OidcAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in that a browser has begun."""

    id: UUID
    provider: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    expires_at: datetime


class ProvenIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    name: str | None


@runtime_checkable  # Litestar asks whether what it hands on is one.
class IdentityProviders(Protocol):
    """The providers, over the network: never to be asked inside of a transaction."""

    def issuer_of(self, provider: str) -> str:
        """Its issuer.

        Raises:
            NotThere: there is no provider of that name.
        """

    async def log_in_url(self, attempt: OidcAttempt) -> str:
        """Where the browser is to be sent.

        Raises:
            NotThere: there is no provider of that name.
            ProviderAway: it did not tell its addresses.
        """

    async def identity(self, attempt: OidcAttempt, code: str) -> ProvenIdentity:
        """Exchange the code for whom it stands for.

        Raises:
            OidcRefused: the code or the token is not good.
            ProviderAway: it could not be asked.
        """


class OidcAttempts:
    """Keeps attempts in the browser that began them, sealed, and nowhere else."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def begin(self, provider: str, return_to: str) -> OidcAttempt:
        return OidcAttempt(
            id=new_id(),
            provider=provider,
            state=secrets.token_urlsafe(RANDOM_BYTES),
            nonce=secrets.token_urlsafe(RANDOM_BYTES),
            verifier=secrets.token_urlsafe(RANDOM_BYTES),
            return_to=return_to,
            expires_at=self._clock() + ATTEMPT_LIFETIME,
        )

    def sealed(self, attempt: OidcAttempt) -> str:
        """The attempt as the value of a cookie."""
        content = sealed(msgspec.json.encode(attempt), self._key, PLACE)
        return base64.urlsafe_b64encode(content).decode()

    def opened(self, cookie: str | None, provider: str, state: str | None) -> OidcAttempt:
        """The attempt that the provider sends the browser back from.

        Raises:
            OidcAttemptUnknown: another browser's, another provider's, or too old.
        """
        attempt = self._attempt_in(cookie or "")
        if (
            attempt is None
            or attempt.provider != provider
            or not hmac.compare_digest(attempt.state.encode(), (state or "").encode())
            or attempt.expires_at <= self._clock()
        ):
            raise OidcAttemptUnknown("Begin the log-in again, in the browser that is to have it.")
        return attempt

    def _attempt_in(self, cookie: str) -> OidcAttempt | None:
        try:
            content = opened(base64.urlsafe_b64decode(cookie), self._key, PLACE)
        except (binascii.Error, ValueError, NotSealedHere):
            return None
        return msgspec.json.decode(content, type=OidcAttempt)
