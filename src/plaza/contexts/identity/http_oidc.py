"""Routes by which a browser logs in by another provider: there, and back."""

from datetime import timedelta
from typing import Annotated

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from plaza.contexts.identity.commands.log_in_with_oidc import LogInWithOidc, log_in_with_oidc
from plaza.contexts.identity.http import address_of
from plaza.contexts.identity.http_cookies import Mode, SessionAnswers, SessionTokens
from plaza.contexts.identity.oidc import (
    ATTEMPT_LIFETIME,
    IdentityProviders,
    OidcAttempt,
    OidcAttempts,
    OidcRefused,
)
from plaza.contexts.identity.return_addresses import ReturnAddresses
from plaza.kernel.actor import MARKET
from plaza.web.commanding import Commanding
from plaza.web.cookies import cleared_cookie, secret_cookie
from plaza.web.documenting import answers, redirects
from plaza.web.request import PlazaRequest

ATTEMPT_COOKIE = "__Secure-plaza_oidc"
ATTEMPT_PATH = "/v1/oidc"
NOT_STORED = {"cache-control": "no-store"}

Word = Annotated[str | None, QueryParameter(max_length=2000)]
# Litestar has a use of its own for parameters that are called `state`.
State = Annotated[str | None, QueryParameter(name="state", max_length=2000)]
ReturnTo = Annotated[
    str | None,
    QueryParameter(
        max_length=2000,
        description="Where the browser goes at last: a path, or an address of the storefront",
    ),
]


@get(
    "/v1/oidc/{provider:str}/start",
    operation_id="startOidcLogin",
    opt={"rate_limit": "log_in"},
    status_code=302,
    responses=redirects(also=(503,)),
)
async def start(
    provider: FromPath[str],
    oidc_attempts: NamedDependency[OidcAttempts],
    identity_providers: NamedDependency[IdentityProviders],
    return_addresses: NamedDependency[ReturnAddresses],
    return_to: ReturnTo = None,
) -> Response[bytes]:
    """Send the browser to the provider; a cookie remembers that it was this browser."""
    identity_providers.issuer_of(provider)
    attempt = oidc_attempts.begin(provider, return_addresses.checked(return_to))
    url = await identity_providers.log_in_url(attempt)
    return _redirected(url, _attempt_cookie(oidc_attempts.sealed(attempt), ATTEMPT_LIFETIME))


@get(
    "/v1/oidc/{provider:str}/callback",
    operation_id="finishOidcLogin",
    responses=answers(SessionTokens, also=(401, 403, 409, 422, 503)) | redirects(),
    # RFC 6749, 4.1.2: what else a provider sends along is not looked at.
    opt={"rate_limit": "log_in", "takes_any_parameter": True},
)
async def finish(
    provider: FromPath[str],
    request: PlazaRequest,
    commanding: NamedDependency[Commanding],
    oidc_attempts: NamedDependency[OidcAttempts],
    identity_providers: NamedDependency[IdentityProviders],
    sessions: NamedDependency[SessionAnswers],
    code: Word = None,
    shown_state: State = None,
    iss: Word = None,
) -> Response[bytes]:
    """Log in whom the provider vouches for: cookies and a redirect, or tokens where Accept is JSON.

    An account is found by the provider's name for the person; the first time by the e-mail, where
    both sides have verified it, and made where there is none.
    """
    issuer = identity_providers.issuer_of(provider)
    attempt = oidc_attempts.opened(request.cookies.get(ATTEMPT_COOKIE), provider, shown_state)
    if code is None or iss not in {None, issuer}:
        raise OidcRefused("The provider has ended the log-in; begin again, or log in another way.")
    command = LogInWithOidc(
        attempt_id=attempt.id,
        proven=await identity_providers.identity(attempt, code),
        user_agent=request.headers.get("user-agent"),
        ip_address=address_of(request),
    )
    mode = _mode_wanted(request)
    response = await commanding.run(
        log_in_with_oidc,
        command,
        MARKET,
        lambda opened: sessions.answer(opened, mode, 200),
        is_secret=True,
    )
    return _finished(sessions.told(response, mode), attempt, mode)


def _mode_wanted(request: PlazaRequest) -> Mode:
    """Browsers say that they like pages best; programs that they want JSON."""
    accept = request.headers.get("accept", "").lower()
    return "bearer" if "application/json" in accept and "text/html" not in accept else "cookie"


def _finished(told: Response[bytes], attempt: OidcAttempt, mode: Mode) -> Response[bytes]:
    over = cleared_cookie(ATTEMPT_COOKIE, ATTEMPT_PATH)
    if mode == "cookie":
        return _redirected(attempt.return_to, *told.cookies, over)
    told.set_cookie(over)
    return told


def _redirected(url: str, *cookies: Cookie) -> Response[bytes]:
    response = Response(b"", status_code=302, headers={"location": url, **NOT_STORED})
    for cookie in cookies:
        response.set_cookie(cookie)
    return response


def _attempt_cookie(value: str, lifetime: timedelta) -> Cookie:
    # Lax: the browser comes back by a link of the provider's site.
    return secret_cookie(ATTEMPT_COOKIE, value, lifetime, ATTEMPT_PATH)


ROUTES = [start, finish]
