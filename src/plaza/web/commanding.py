"""Between a route and the command runner: keys to repeat by, the caller, the answer."""

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Response

from plaza.kernel.actor import ANONYMOUS, Actor, Surface
from plaza.kernel.refusals import Malformed
from plaza.web.authentication import Caller
from plaza.web.conditional import version_wanted
from plaza.web.tracing import trace_id_in
from plaza.writing.answer import Answer
from plaza.writing.idempotency import Repeatable
from plaza.writing.runner import Command, CommandRunner, Context

KEY_LENGTH_MAX = 255
ANONYMOUS_KEY_LENGTH_MIN = 22
PRINTABLE = re.compile(r"[\x21-\x7e]+")

C = TypeVar("C")
R = TypeVar("R")


class InvalidIdempotencyKey(Malformed):
    code = "invalid_idempotency_key"
    title = "Not acceptable as Idempotency-Key"


class Commanding:
    """Runs the command of one request."""

    def __init__(self, request: Request[Any, Any, Any], runner: CommandRunner) -> None:
        self._request = request
        self._runner = runner

    @property
    def caller(self) -> Caller:
        """The caller that a guard has let in."""
        caller: Caller = self._request.scope["plaza_caller"]  # type: ignore[typeddict-item]
        return caller

    @property
    def version(self) -> int | None:
        """The version that the caller read, from If-Match."""
        return version_wanted(self._request)

    async def run(
        self,
        function: Command[C, R],
        command: C,
        surface: Surface,
        answer: Callable[[R], Answer],
        *,
        keeps_answer: bool = True,
    ) -> Response[bytes]:
        """Run it and answer; with an Idempotency-Key, repeats get the same bytes.

        Args:
            function: the command's function.
            command: what to do.
            surface: whose rows.
            answer: makes the response of the result.
            keeps_answer: False where the answer carries a secret, which is not to be stored.
        """
        caller: Caller | None = self._request.scope.get("plaza_caller")  # type: ignore[assignment]
        actor = ANONYMOUS if caller is None else caller.actor
        repeatable = await self._repeatable(actor)
        context = Context(
            actor=actor,
            surface=surface,
            correlation_id=_correlation_id(self._request),
            trace=self._request.headers.get("traceparent"),
            repeatable=repeatable if keeps_answer else None,
            principal=None if caller is None else str(actor),
        )
        given = await self._runner.run(function, command, context, answer)
        return Response(
            given.body,
            status_code=given.status,
            headers=given.headers,
            media_type=given.headers.get("content-type", "application/json"),
        )

    async def _repeatable(self, actor: Actor) -> Repeatable | None:
        key = self._request.headers.get("idempotency-key")
        if key is None or self._request.method != "POST":
            return None
        if len(key) > KEY_LENGTH_MAX or not PRINTABLE.fullmatch(key):
            raise InvalidIdempotencyKey("A key is 1 to 255 visible ASCII characters.")
        if actor is ANONYMOUS and len(key) < ANONYMOUS_KEY_LENGTH_MIN:
            message = "Without log-in a key needs 22 random characters, such as a UUID."
            raise InvalidIdempotencyKey(message)
        scope = f"{actor}/{self._request.route_handler.operation_id}"
        return Repeatable(scope, key, await self._fingerprint())

    async def _fingerprint(self) -> bytes:
        parts = (self._request.url.path, self._request.url.query)
        digest = hashlib.sha256("\n".join(parts).encode())
        digest.update(await self._request.body())
        return digest.digest()


def _correlation_id(request: Request[Any, Any, Any]) -> UUID:
    return UUID(trace_id_in(request.scope))
