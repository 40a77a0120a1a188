"""The payment providers that the settings offer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import structlog

from plaza.adapters.manual_payments import ManualPayments, stored_numbers
from plaza.adapters.sandbox_payments import WEBHOOK_KEY, SandboxPayments
from plaza.contexts.payments.provider import PaymentProvider, Providers
from plaza.kernel.keys import derived_key
from plaza.reading.pools import PrivateReads, open_private_pool
from plaza.settings import InvalidSetting, Settings

CONNECTIONS_MAX = 100
"""To one provider, of one process."""
KEPT_MAX = 10
"""Connections kept while idle: httpx looks at each of them for each request."""
IDLE_S_MAX = 20.0
"""Shorter than servers keep idle connections, so that none is closed under a request."""

log = structlog.get_logger()


@asynccontextmanager
async def open_providers(
    settings: Settings, reads: PrivateReads | None = None
) -> AsyncIterator[Providers]:
    """The providers that the settings offer; their connections are closed at the end.

    Args:
        settings: which are offered, and how long they may take to answer.
        reads: connections to the database, where there are some already.

    Raises:
        InvalidSetting: no database is set.
    """
    async with AsyncExitStack() as stack:
        offered: list[PaymentProvider] = []
        if settings.sandbox_url is not None:
            offered.append(await stack.enter_async_context(_sandbox(settings)))
        if settings.manual_payments:
            reads = reads or await _opened_reads(settings, stack)
            offered.append(ManualPayments(stored_numbers(reads)))
        yield {provider.name: provider for provider in offered}


@asynccontextmanager
async def _sandbox(settings: Settings) -> AsyncIterator[SandboxPayments]:
    log.warning("payments_may_be_play_money", sandbox_url=settings.sandbox_url)
    limits = httpx.Limits(
        max_connections=CONNECTIONS_MAX,
        max_keepalive_connections=KEPT_MAX,
        keepalive_expiry=IDLE_S_MAX,
    )
    async with httpx.AsyncClient(
        base_url=settings.sandbox_url or "",
        timeout=settings.payment_timeout_s,
        limits=limits,
        # On this machine, so never by way of a proxy.
        trust_env=False,
        follow_redirects=False,
    ) as client:
        key = derived_key(settings.secret(), WEBHOOK_KEY)
        yield SandboxPayments(client, key, settings.payment_timeout_s)


async def _opened_reads(settings: Settings, stack: AsyncExitStack) -> PrivateReads:
    if settings.database_url is None:
        message = "PLAZA_DATABASE_URL is not set; `plaza up` sets it for its processes."
        raise InvalidSetting(message)
    reads = await open_private_pool(settings.database_url, 1)
    stack.push_async_callback(reads.close)
    return reads
