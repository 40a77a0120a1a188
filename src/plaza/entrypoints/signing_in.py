"""Opens what an API process needs for second factors, other providers and cookies."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
from litestar.datastructures import State

from plaza.adapters.oidc_client import TIMEOUT_S, OidcClient
from plaza.contexts.identity.http_cookies import SessionAnswers
from plaza.contexts.identity.oidc import IdentityProviders, OidcAttempts
from plaza.contexts.identity.return_addresses import ReturnAddresses
from plaza.contexts.identity.totp_codes import TotpCodes
from plaza.kernel.keys import derived_key
from plaza.settings import Settings


async def open_signing_in(settings: Settings, state: State, stack: AsyncExitStack) -> None:
    """Leave it where the dependencies look; the tokens and the CSRF tokens are there already."""
    secret = settings.secret()
    state.totp_codes = TotpCodes(derived_key(secret, "totp"), state.clock)
    state.session_answers = SessionAnswers(state.access_tokens, state.csrf)
    state.oidc_attempts = OidcAttempts(derived_key(secret, "oidc-attempt"), state.clock)
    public_url = settings.public_url or settings.storefront()
    named = () if settings.cors_origins.are_all else settings.cors_origins
    state.return_addresses = ReturnAddresses(settings.storefront(), [public_url, *named])
    client = await stack.enter_async_context(
        httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)
    )
    state.identity_providers = OidcClient(settings.oidc_providers, public_url, state.clock, client)


def _provide_totp_codes(state: State) -> TotpCodes:
    codes: TotpCodes = state.totp_codes
    return codes


def _provide_session_answers(state: State) -> SessionAnswers:
    answers: SessionAnswers = state.session_answers
    return answers


def _provide_oidc_attempts(state: State) -> OidcAttempts:
    attempts: OidcAttempts = state.oidc_attempts
    return attempts


def _provide_identity_providers(state: State) -> IdentityProviders:
    providers: IdentityProviders = state.identity_providers
    return providers


def _provide_return_addresses(state: State) -> ReturnAddresses:
    addresses: ReturnAddresses = state.return_addresses
    return addresses


PROVIDED_FOR_SIGNING_IN: dict[str, Callable[..., Any]] = {
    "totp_codes": _provide_totp_codes,
    "sessions": _provide_session_answers,
    "oidc_attempts": _provide_oidc_attempts,
    "identity_providers": _provide_identity_providers,
    "return_addresses": _provide_return_addresses,
}
