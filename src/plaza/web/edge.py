"""What every request passes before a route is looked for."""

from functools import lru_cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from plaza.kernel.hosts import LENGTH_MAX, Hosts
from plaza.kernel.problem import MEDIA_TYPE, problem_bytes
from plaza.kernel.refusals import Malformed
from plaza.settings import Settings
from plaza.web.body_deadline import TimedBody
from plaza.web.cross_origin import CrossOrigin
from plaza.web.forwarded import TrustedProxies
from plaza.web.head_requests import asked_as_get
from plaza.web.tracing import trace_id_in

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ASKED_BY_ADDRESS = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})
"""What orchestrators and monitors ask of a process, whose address they know and no name."""
HOSTS_REMEMBERED = 1_000
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class UnknownHost(Malformed):
    code = "unknown_host"
    title = "This marketplace is not known by that name"

    def __init__(self) -> None:
        super().__init__("Use a name of this marketplace; PLAZA_ALLOWED_HOSTS lists them.")


class Edge:
    """Tells who asks, refuses what names somebody else, and gives bodies a deadline."""

    def __init__(self, app: ASGIApp, settings: Settings, cross_origin: CrossOrigin) -> None:
        self._app = app
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._hosts = Hosts(", ".join([str(settings.allowed_hosts), *_own_names(settings.host)]))
        self._is_remembered = lru_cache(HOSTS_REMEMBERED)(self._is_ours)
        self._cross_origin = cross_origin
        self._marks_answers = bool(settings.cors_origins)
        self._body_timeout_s = settings.body_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, with `client`, `scheme` and `method` as routes should see them."""
        if scope["type"] == ScopeType.HTTP:
            await self._pass(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def is_known(self, host: bytes) -> bool:
        """Whether a Host header names this marketplace; what is too long is not remembered."""
        return self._is_remembered(host) if len(host) <= LENGTH_MAX else self._is_ours(host)

    def client_of(self, scope: HTTPScope) -> str:
        """The address that asks, which the scope then names, too."""
        self._proxies.reveal(scope)
        client = scope["client"]
        return client[0] if client else ""

    def marks(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        """What answers to pages of other origins say, where such may call."""
        return self._cross_origin.marks(origin) if self._marks_answers else []

    async def _pass(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self._proxies.reveal(scope)
        if not self._is_for_us(scope):
            await _refuse_host(scope, send)
            return
        method = scope["method"]
        if method == "OPTIONS" and await self._cross_origin.answer_preflight(scope, send):
            return
        if method == "HEAD":
            receive, send = asked_as_get(scope, receive, send)
        elif method not in WITHOUT_BODY:
            receive = TimedBody(receive, self._body_timeout_s).receive
        await self._app(scope, receive, send)

    def _is_for_us(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) == 1 and self.is_known(named[0]):
            return True
        return scope["path"] in ASKED_BY_ADDRESS

    def _is_ours(self, host: bytes) -> bool:
        return self._hosts.hold(host.decode("latin-1"))


def _own_names(host: str) -> set[str]:
    """Loopback's names cannot be made to lead here from elsewhere, so they always may be used."""
    bound = f"[{host}]" if ":" in host else host
    return {*LOOPBACK, *([bound] if host else [])}


async def _refuse_host(scope: Scope, send: Send) -> None:
    body = problem_bytes(UnknownHost(), trace_id_in(scope))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": UnknownHost.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
