"""Takes the application's own predicate away: rows are opened in the scope of a stranger.

Who asks is rightful, every guard lets them in and every WHERE names their own vendor. Only the
database is told of another scope than the application believes, once it is known who asks.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface
from plaza.reading.pools import Connection, PrivateReads
from plaza.web.callers import AnyCaller, Authenticator
from plaza.writing import runner
from plaza.writing.beginning import Begun, begin
from plaza.writing.idempotency import Repeatable

WANTED: ContextVar[Surface | None] = ContextVar("wanted", default=None)
FORCED: ContextVar[list[Surface] | None] = ContextVar("forced", default=None)
"""The scope of the request at hand, and how often it took another's place."""


def _instead_of(surface: Surface) -> Surface:
    wanted, forced = WANTED.get(), FORCED.get()
    if wanted is None or forced is None:
        return surface
    forced.append(surface)
    return wanted


def force(patch: pytest.MonkeyPatch) -> None:
    """Have the scope replaced of every request for which `forced_into` says so."""
    within, caller_of = PrivateReads.within, Authenticator.caller_of

    async def beginning(
        session: AsyncSession, surface: Surface, repeatable: Repeatable | None = None
    ) -> Begun:
        return await begin(session, _instead_of(surface), repeatable)

    @asynccontextmanager
    async def reading(self: PrivateReads, surface: Surface) -> AsyncIterator[Connection]:
        async with within(self, _instead_of(surface)) as connection:
            yield connection

    async def recognizing(self: Authenticator, connection: Any) -> AnyCaller | None:
        # Who asks has to be found as ever, in the scope of the market.
        wanted = WANTED.set(None)
        try:
            return await caller_of(self, connection)
        finally:
            WANTED.reset(wanted)

    patch.setattr(runner, "begin", beginning)
    patch.setattr(PrivateReads, "within", reading)
    patch.setattr(Authenticator, "caller_of", recognizing)


@contextmanager
def forced_into(surface: Surface) -> Iterator[list[Surface]]:
    """Whatever scope a request asks for meanwhile, it gets this one.

    Yields:
        The scopes that were asked for.
    """
    asked: list[Surface] = []
    wanted, forced = WANTED.set(surface), FORCED.set(asked)
    try:
        yield asked
    finally:
        WANTED.reset(wanted)
        FORCED.reset(forced)
