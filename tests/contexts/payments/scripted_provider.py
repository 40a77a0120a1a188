"""A payment provider of the tests: it does each thing once a key, and says what it is told to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from plaza.contexts.payments.provider import (
    AuthorizationRequest,
    Finding,
    Movement,
    MovementMade,
    MovementRequest,
    NeverHeardOf,
    Outcome,
    OutcomeNotKnown,
    ProviderEvent,
    WebhookRefused,
)

Did = Literal["capture", "void", "refund"]

IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        AND application_name IN ('plaza payments due', 'plaza payments of tests')
"""


@dataclass
class ScriptedProvider:
    """Keeps what it was asked for; whoever asks must not be in a transaction meanwhile."""

    database: asyncpg.Connection
    name: str = "scripted"
    asked: list[tuple[Did, MovementRequest]] = field(default_factory=list)
    done: dict[UUID, tuple[Did, MovementRequest]] = field(default_factory=dict)
    in_transaction: list[int] = field(default_factory=list)
    """How many transactions were open at each request."""
    says: Callable[[MovementRequest], Movement] = lambda _: MovementMade(reference="mv_1")
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    before: Callable[[MovementRequest], Awaitable[None]] | None = None

    async def authorize(self, _request: AuthorizationRequest) -> Outcome:
        return OutcomeNotKnown()

    async def find(self, _operation_id: UUID, *, closes: bool) -> Finding:  # noqa: ARG002
        return NeverHeardOf()

    async def capture(self, request: MovementRequest) -> Movement:
        return await self._did("capture", request)

    async def void(self, request: MovementRequest) -> Movement:
        return await self._did("void", request)

    async def refund(self, request: MovementRequest) -> Movement:
        return await self._did("refund", request)

    def event_in(self, _headers: Mapping[str, str], _body: bytes, _now: datetime) -> ProviderEvent:
        raise WebhookRefused("This one tells nothing.")

    async def _did(self, what: Did, request: MovementRequest) -> Movement:
        async with self.looking:
            self.in_transaction.append(await self.database.fetchval(IN_TRANSACTION))
        self.asked.append((what, request))
        if self.before is not None:
            await self.before(request)
        said = self.says(request)
        if isinstance(said, MovementMade):
            assert self.done.setdefault(request.operation_id, (what, request)) == (what, request)
        return said
