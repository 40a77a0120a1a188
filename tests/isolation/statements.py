"""Which SQL a request makes its process send, once it is known who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
import pytest
from asyncpg import introspection
from asyncpg.prepared_stmt import PreparedStatement

from plaza.web.callers import AnyCaller, Authenticator, caller_in

SENT: ContextVar[list[str] | None] = ContextVar("sent", default=None)
"""Of the request at hand; what runs beside it has no such list."""


OF_THE_DRIVER = {
    value
    for name, value in vars(introspection).items()
    if name.isupper() and isinstance(value, str)
}
"""What a connection asks about types, once in its life and not because of what a request asks."""
ABOUT_JIT = "set_config('jit'"
"""It turns that off meanwhile."""


def _note(statement: str) -> None:
    sent = SENT.get()
    is_drivers = statement in OF_THE_DRIVER or ABOUT_JIT in statement
    if sent is not None and not is_drivers:
        sent.append(" ".join(statement.split()))


def listen(patch: pytest.MonkeyPatch) -> None:
    """Have every statement noted that is sent by a request for which `noted` counts."""
    execute = vars(asyncpg.Connection)["_do_execute"]
    fetch = PreparedStatement.fetch
    caller_of = Authenticator.caller_of

    async def executing(self: Any, query: str, *given: Any, **named: Any) -> Any:
        _note(query)
        return await execute(self, query, *given, **named)

    async def fetching(self: Any, *given: Any, **named: Any) -> Any:
        _note(self.get_query())
        return await fetch(self, *given, **named)

    async def recognizing(self: Authenticator, connection: Any) -> AnyCaller | None:
        is_known = caller_in(connection.scope) is not None
        caller = await caller_of(self, connection)
        sent = SENT.get()
        if sent is not None and not is_known:
            # Who asks may be remembered or not; that has nothing to do with what is asked.
            sent.clear()
        return caller

    patch.setattr(asyncpg.Connection, "_do_execute", executing)
    patch.setattr(PreparedStatement, "fetch", fetching)
    patch.setattr(Authenticator, "caller_of", recognizing)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Counts what is sent meanwhile."""
    sent: list[str] = []
    token = SENT.set(sent)
    try:
        yield sent
    finally:
        SENT.reset(token)
