"""The API process: commands and queries over HTTP.

Started by `granian --interface asgi --factory plaza.entrypoints.api:create_app`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from plaza.adapters.standings import standing_lookup
from plaza.bootstrap import CONSTRAINTS, PROJECTIONS, ROUTES
from plaza.contexts.identity.passwords import Passwords
from plaza.entrypoints.ceiling import constant_bytes
from plaza.entrypoints.logs import configure_logs
from plaza.kernel.clock import system_clock
from plaza.kernel.keys import derived_key
from plaza.operations.readiness import Readiness
from plaza.outbox.channels import Channels
from plaza.reading.cursor import Cursors
from plaza.reading.freshness import Freshness
from plaza.reading.pools import PrivateReads, open_private_pool, open_public_pool
from plaza.reading.watermarks import Watermarks
from plaza.settings import Settings, settings_from
from plaza.web.answering import Answering
from plaza.web.authentication import AccessTokens, Authenticator
from plaza.web.commanding import Commanding
from plaza.web.judging import judge
from plaza.web.problems import EXCEPTION_HANDLERS
from plaza.web.request import PlazaRequest
from plaza.web.tracing import name_answer
from plaza.writing.engine import epoch_tokens, open_command_runner, open_redis
from plaza.writing.runner import CommandRunner


def create_app(settings: Settings | None = None) -> Litestar:
    """The application; what it needs is opened when it starts."""
    settings = settings or settings_from()
    configure_logs(settings)

    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _open(settings, app.state, stack)
            yield

    return Litestar(
        route_handlers=[*ROUTES, constant_bytes] if settings.bench else ROUTES,
        lifespan=[opened],
        request_class=PlazaRequest,
        request_max_body_size=settings.body_size_max,
        before_send=[name_answer],
        before_request=judge,
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies={
            name: Provide(provide, sync_to_thread=False) for name, provide in PROVIDED.items()
        },
        # plaza tells its own: Litestar's loses bounds, and knows nothing of encoded bytes.
        openapi_config=None,
        logging_config=None,
        state=State({"settings": settings}),
    )


async def _open(settings: Settings, state: State, stack: AsyncExitStack) -> None:
    """Open the process's connections, and leave them where the dependencies look."""
    assert settings.database_url is not None
    pool = await open_public_pool(settings.database_url, settings.read_pool_size)
    stack.push_async_callback(pool.close)
    reads = await open_private_pool(settings.database_url, settings.private_pool_size)
    stack.push_async_callback(reads.close)
    redis, blocking_redis = open_redis(settings), open_redis(settings, None)
    stack.push_async_callback(redis.aclose)
    stack.push_async_callback(blocking_redis.aclose)
    state.runner = await stack.enter_async_context(open_command_runner(settings, CONSTRAINTS))
    tokens = await epoch_tokens(settings)
    channels = Channels(tokens.epoch_id)
    state.watermarks = Watermarks(pool, blocking_redis, channels)
    await state.watermarks.poll()
    watching = asyncio.create_task(state.watermarks.run())
    stack.push_async_callback(_cancelled, watching)
    state.pool, state.reads = pool, reads
    state.access_tokens = AccessTokens(_signing_key(settings), system_clock)
    state.authenticator = Authenticator(state.access_tokens, standing_lookup(reads))
    freshness = Freshness(pool, state.watermarks, tokens)
    cursors = Cursors(derived_key(settings.secret(), "cursor"))
    state.answering = Answering(
        pool=pool,
        private=reads,
        cursors=cursors,
        freshness=freshness,
        watermarks=state.watermarks,
        authenticator=state.authenticator,
        redis=redis,
        channels=channels,
    )
    state.passwords = Passwords(settings.password_hash_workers)
    stack.callback(state.passwords.close)
    names = [projection.name for projection in PROJECTIONS]
    state.readiness = Readiness(pool, state.watermarks, names)


def _signing_key(settings: Settings) -> OKPKey:
    seed = derived_key(settings.secret(), "access-token-signing")
    return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _provide_settings(state: State) -> Settings:
    settings: Settings = state.settings
    return settings


def _provide_pool(state: State) -> asyncpg.Pool:
    pool: asyncpg.Pool = state.pool
    return pool


def _provide_reads(state: State) -> PrivateReads:
    reads: PrivateReads = state.reads
    return reads


def _provide_tokens(state: State) -> AccessTokens:
    tokens: AccessTokens = state.access_tokens
    return tokens


def _provide_passwords(state: State) -> Passwords:
    passwords: Passwords = state.passwords
    return passwords


def _provide_answering(state: State) -> Answering:
    answering: Answering = state.answering
    return answering


def _provide_watermarks(state: State) -> Watermarks:
    watermarks: Watermarks = state.watermarks
    return watermarks


def _provide_readiness(state: State) -> Readiness:
    readiness: Readiness = state.readiness
    return readiness


def _provide_commanding(request: PlazaRequest, state: State) -> Commanding:
    runner: CommandRunner = state.runner
    return Commanding(request, runner)


PROVIDED: dict[str, Callable[..., Any]] = {
    "settings": _provide_settings,
    "pool": _provide_pool,
    "reads": _provide_reads,
    "tokens": _provide_tokens,
    "passwords": _provide_passwords,
    "answering": _provide_answering,
    "watermarks": _provide_watermarks,
    "state_of": _provide_readiness,
    "commanding": _provide_commanding,
}
