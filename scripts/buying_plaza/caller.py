"""Somebody who asks over HTTP until there is an answer."""

import asyncio
import random
import time
from types import TracebackType
from typing import Self

import msgspec
from bench_plaza.keep_alive import Answer, Connection, ConnectionLost

UNAVAILABLE = 503
RETRY_S_MIN = 0.05
RETRY_S_MAX = 1.0
ANSWER_TIMEOUT_S = 30.0
"""Longer than anything may take; what is silent for so long is taken for lost."""


class NeverAnswered(Exception):  # noqa: N818  the sentence is shown to whoever runs the harness
    """A request was repeated until its time was up."""


class Caller:
    """One open connection, which is opened again after it was lost; requests take turns.

    Attributes:
        repeats: how often a request was sent once more, after a 503 or a lost connection.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: Connection | None = None
        self._in_turn = asyncio.Lock()
        self.repeats = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.hang_up()

    async def ask(self, method: str, path: str, document: object = None, **headers: str) -> Answer:
        """Send a request once.

        Raises:
            ConnectionLost: nobody answered; what became of the request is not known.
        """
        body = b"" if document is None else msgspec.json.encode(document)
        try:
            async with self._in_turn, asyncio.timeout(ANSWER_TIMEOUT_S):
                return await (await self._open()).send(method, path, body, headers)
        except (ConnectionLost, OSError, TimeoutError) as error:
            await self.hang_up()
            raise ConnectionLost(f"{method} {path}: {error!r}") from error
        except asyncio.CancelledError:
            # Half an answer may be left in it.
            await self.hang_up()
            raise

    async def ask_until_answered(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        patience_s: float,
        **headers: str,
    ) -> Answer:
        """Send it again, byte for byte, while it is lost or answered 503.

        Raises:
            NeverAnswered: the time is up.
        """
        deadline_s, retry_s = time.monotonic() + patience_s, RETRY_S_MIN
        while True:
            try:
                answer = await self.ask(method, path, document, **headers)
            except ConnectionLost as lost:
                told = str(lost)
            else:
                if answer.status != UNAVAILABLE:
                    return answer
                told = answer.body.decode(errors="replace")
            if time.monotonic() + retry_s > deadline_s:
                raise NeverAnswered(f"{method} {path} for {patience_s:g} s; at last: {told}")
            self.repeats += 1
            # Those who were refused together do not come again together.
            await asyncio.sleep(retry_s * random.uniform(0.5, 1.5))  # noqa: S311  not secret
            retry_s = min(2 * retry_s, RETRY_S_MAX)

    async def _open(self) -> Connection:
        if self._connection is None:
            connection = Connection(self._port)
            await connection.__aenter__()
            self._connection = connection
        return self._connection

    async def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()
