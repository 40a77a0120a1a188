"""The API process: commands and queries over HTTP.

Started by `granian --interface asgi --factory plaza.entrypoints.api:create_app`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from plaza.adapters.addresses import addresses_lookup
from plaza.adapters.contacts import contacts_lookup
from plaza.adapters.holdings import StoredHoldings
from plaza.adapters.payment_providers import open_providers
from plaza.adapters.people import people_lookup
from plaza.bootstrap import CONSTRAINTS, PROJECTIONS, ROUTES
from plaza.contexts.identity.passwords import Passwords
from plaza.contexts.identity.queries.export_account import Elsewhere
from plaza.contexts.identity.session import Successors
from plaza.contexts.vendors.people import People
from plaza.entrypoints.answering import answering_of
from plaza.entrypoints.authenticating import open_authenticator, run_until_left
from plaza.entrypoints.ceiling import constant_bytes
from plaza.entrypoints.epochs import anew_each_epoch
from plaza.entrypoints.garbage import rare_collections
from plaza.entrypoints.logs import configure_logs
from plaza.entrypoints.near_reads import open_near_reads
from plaza.entrypoints.pools import open_pools
from plaza.entrypoints.shopping import PROVIDED_FOR_SHOPPING
from plaza.entrypoints.signing_in import PROVIDED_FOR_SIGNING_IN, open_signing_in
from plaza.entrypoints.stopping import told_of_stops
from plaza.entrypoints.unread_answers import bound_unread_answers
from plaza.entrypoints.watching import PROVIDED_FOR_WATCHING, open_watching
from plaza.kernel.keys import derived_key
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.kernel.signed_id import SignedIds
from plaza.operations.projections.measuring import Measuring
from plaza.operations.readiness import Readiness
from plaza.outbox.channels import Channels
from plaza.read_models.order_page.addresses import Addresses
from plaza.read_models.vendor_applications.contacts import Contacts
from plaza.reading.cursor import Cursors
from plaza.reading.freshness import Freshness
from plaza.reading.pools import PrivateReads
from plaza.reading.watermarks import Watermarks
from plaza.settings import Settings, settings_from
from plaza.web.access_tokens import AccessTokens
from plaza.web.answer_headers import protect
from plaza.web.answering import Answering
from plaza.web.commanding import Commanding
from plaza.web.cross_origin import CrossOrigin
from plaza.web.edge import Edge
from plaza.web.fast_path import FastPath
from plaza.web.front import Front
from plaza.web.judging import judge
from plaza.web.problems import EXCEPTION_HANDLERS
from plaza.web.rate_limits.emails import EmailLimits
from plaza.web.rate_limits.limiting import RateLimiting
from plaza.web.rate_limits.opening import open_limits
from plaza.web.repeating import Repeats
from plaza.web.request import PlazaRequest
from plaza.web.standings import Changes
from plaza.web.tracing import name_answer
from plaza.writing.engine import epoch_tokens, open_command_runner, open_redis
from plaza.writing.runner import CommandRunner

LONGEST_REQUEST_S = 30.0
"""Who was let in under one epoch of the log is answered under it."""


def create_app(settings: Settings | None = None) -> Litestar:
    """The application; what it needs is opened when it starts."""
    settings = settings or settings_from()
    configure_logs(settings)

    async def open_all(stack: AsyncExitStack) -> None:
        # All at once, since requests are answered meanwhile from what was open before.
        state = app.state.copy()
        await _open(settings, state, stack)
        app.state.update(state)
        app.fast_path = FastPath(app.state.near, edge, app.state.rate_limiting.limits)

    def doubt(because: str | None) -> None:
        app.state.readiness.doubt(because)

    async def hurry() -> None:
        await app.state.watermarks.hurry()

    @asynccontextmanager
    async def opened(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                anew_each_epoch(settings, open_all, doubt=doubt, overlap_s=LONGEST_REQUEST_S)
            )
            stack.enter_context(told_of_stops(hurry))
            run_until_left(bound_unread_answers(settings.unread_timeout_s), stack)
            stack.enter_context(rare_collections())
            yield

    rate_limiting = RateLimiting()
    cross_origin = CrossOrigin(settings.cors_origins)
    marks = [cross_origin.mark] if settings.cors_origins else []
    app = Front(
        route_handlers=[*ROUTES, constant_bytes] if settings.bench else ROUTES,
        lifespan=[opened],
        request_class=PlazaRequest,
        request_max_body_size=settings.body_size_max,
        middleware=[rate_limiting],
        before_send=[name_answer, protect, *marks],
        before_request=judge,
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies={
            name: Provide(provide, sync_to_thread=False) for name, provide in PROVIDED.items()
        },
        # plaza tells its own: Litestar's loses bounds, and knows nothing of encoded bytes.
        openapi_config=None,
        logging_config=None,
        state=State({"settings": settings, "rate_limiting": rate_limiting}),
    )
    # Inside of the hooks before sending, outside of routing: Litestar's own middleware is not
    # asked where no route is found.
    app.asgi_handler = edge = Edge(app.asgi_handler, settings, cross_origin)
    return app


async def _open(settings: Settings, state: State, stack: AsyncExitStack) -> None:
    """Open what requests need, and leave it where the dependencies look."""
    pools = await open_pools(settings, stack)
    state.pool, state.reads = pools.public, pools.private
    await open_watching(pools.progress, state, stack)
    redis = open_redis(settings)
    stack.push_async_callback(redis.aclose)
    state.runner = await stack.enter_async_context(open_command_runner(settings, CONSTRAINTS))
    tokens = await epoch_tokens(settings)
    channels = Channels(tokens.epoch_id)
    state.watermarks, state.near = await open_near_reads(
        settings, pools.progress, redis, channels, stack
    )
    await open_authenticator(settings, pools.standings, state, stack)
    state.rate_limiting.limits, state.email_limits = open_limits(
        settings, redis, channels, state.access_tokens
    )
    freshness = Freshness(pools.progress, state.watermarks, tokens)
    state.answering = answering_of(settings, state, redis, channels, freshness)
    _leave_secrets(settings.secret(), state)
    reads = pools.private
    state.people, state.contacts = people_lookup(reads), contacts_lookup(reads)
    state.addresses = addresses_lookup(reads)
    state.passwords = Passwords(settings.password_hash_workers, settings.password_hash_queue_size)
    stack.callback(state.passwords.close)
    state.providers = await stack.enter_async_context(open_providers(settings, reads))
    await open_signing_in(settings, state, stack)
    names = [projection.name for projection in PROJECTIONS]
    state.readiness = Readiness(pools.progress, state.watermarks, names)
    state.measuring = Measuring(pools.progress, state.watermarks)


def _leave_secrets(secret: bytes, state: State) -> None:
    """What is signed or sealed, each under a key of its own that follows from the secret."""
    state.repeats = Repeats(secret)
    state.mail_tokens = SignedIds(derived_key(secret, "mail-token"))
    state.shopper_secrets = ShopperSecrets(derived_key(secret, "shopper-secret"))
    state.successors = Successors(derived_key(secret, "refresh-token"))


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


def _provide_cursors(state: State) -> Cursors:
    answering: Answering = state.answering
    return answering.cursors


def _provide_people(state: State) -> People:
    people: People = state.people
    return people


def _provide_contacts(state: State) -> Contacts:
    contacts: Contacts = state.contacts
    return contacts


def _provide_addresses(state: State) -> Addresses:
    addresses: Addresses = state.addresses
    return addresses


def _provide_mail_tokens(state: State) -> SignedIds:
    mail_tokens: SignedIds = state.mail_tokens
    return mail_tokens


def _provide_shopper_secrets(state: State) -> ShopperSecrets:
    shopper_secrets: ShopperSecrets = state.shopper_secrets
    return shopper_secrets


def _provide_successors(state: State) -> Successors:
    successors: Successors = state.successors
    return successors


def _provide_elsewhere() -> Elsewhere:
    return StoredHoldings()


def _provide_email_limits(state: State) -> EmailLimits:
    limits: EmailLimits = state.email_limits
    return limits


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
    repeats: Repeats = state.repeats
    changes: Changes = state.changes
    return Commanding(request, runner, repeats, changes)


PROVIDED: dict[str, Callable[..., Any]] = {
    "settings": _provide_settings,
    "cursors": _provide_cursors,
    "people": _provide_people,
    "contacts": _provide_contacts,
    "addresses": _provide_addresses,
    "pool": _provide_pool,
    "reads": _provide_reads,
    "tokens": _provide_tokens,
    "passwords": _provide_passwords,
    "email_limits": _provide_email_limits,
    "mail_tokens": _provide_mail_tokens,
    "shopper_secrets": _provide_shopper_secrets,
    "successors": _provide_successors,
    "elsewhere": _provide_elsewhere,
    "answering": _provide_answering,
    "watermarks": _provide_watermarks,
    "state_of": _provide_readiness,
    "commanding": _provide_commanding,
    **PROVIDED_FOR_SHOPPING,
    **PROVIDED_FOR_SIGNING_IN,
    **PROVIDED_FOR_WATCHING,
}
