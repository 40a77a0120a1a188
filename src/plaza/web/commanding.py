"""Between a route and the command runner: keys to repeat by, the caller, the answer."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Response

from plaza.kernel.actor import ANONYMOUS, Surface
from plaza.web.authentication import NotAnAccount
from plaza.web.callers import AnyCaller, Caller, caller_in
from plaza.web.conditional import version_wanted
from plaza.web.repeating import Repeats
from plaza.web.standings import ENDS_RIGHTS_OPT, Changes
from plaza.web.tracing import trace_id_in, traceparent_in
from plaza.writing.answer import Answer
from plaza.writing.journal import Occasion, network_of
from plaza.writing.runner import Command, CommandRunner, Context

PATH_LENGTH_MAX = 500

C = TypeVar("C")
R = TypeVar("R")


class Commanding:
    """Runs the command of one request."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        runner: CommandRunner,
        repeats: Repeats,
        changes: Changes,
    ) -> None:
        self._request = request
        self._runner = runner
        self._repeats = repeats
        self._changes = changes

    @property
    def caller(self) -> Caller:
        """The account that a guard has let in.

        Raises:
            NotAnAccount: it is an API key.
        """
        caller = caller_in(self._request.scope)
        if not isinstance(caller, Caller):
            raise NotAnAccount
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
        is_secret: bool = False,
        shown: str = "",
        principal: str | None = None,
        is_journalled: bool = True,
    ) -> Response[bytes]:
        """Run it and answer, see `answered`."""
        given = await self.answered(
            function,
            command,
            surface,
            answer,
            is_secret=is_secret,
            shown=shown,
            principal=principal,
            is_journalled=is_journalled,
        )
        return response_of(given)

    async def answered(
        self,
        function: Command[C, R],
        command: C,
        surface: Surface,
        answer: Callable[[R], Answer],
        *,
        is_secret: bool = False,
        shown: str = "",
        principal: str | None = None,
        finishes: bool = False,
        is_journalled: bool = True,
        is_repeatable: bool = True,
    ) -> Answer:
        """Run it; with an Idempotency-Key, repeats get the same bytes.

        Args:
            function: the command's function.
            command: what to do.
            surface: whose rows.
            answer: makes the response of the result.
            is_secret: whether the answer carries a secret, which is kept for repeats only in a
                form that nobody can read without the caller's key.
            shown: what the caller showed outside of the body, and has to show again to repeat it.
            principal: under which name of a cart or an order the caller's last consistency token
                is kept, for who is known by its secret only.
            finishes: whether an earlier command of the same request left an unfinished answer.
            is_journalled: off for what a guest does to their own cart, which nobody has to answer
                for: the journal would only tell that somebody looked around.
            is_repeatable: off for a command that is not the request's own but a step on its way.
        """
        caller = caller_in(self._request.scope)
        actor = ANONYMOUS if caller is None else caller.actor
        repeatable = await self._repeats.of(
            self._request, actor, is_secret=is_secret, shown=shown, finishes=finishes
        )
        context = Context(
            actor=actor,
            surface=surface,
            correlation_id=UUID(trace_id_in(self._request.scope)),
            occasion=self._occasion(caller),
            is_journalled=is_journalled,
            goes_on=finishes or not is_repeatable,
            trace=traceparent_in(self._request.scope),
            repeatable=repeatable if is_repeatable else None,
            principal=principal if caller is None else str(actor),
        )
        given = await self._runner.run(function, command, context, answer)
        if ENDS_RIGHTS_OPT in self._request.route_handler.opt:
            # Here it is felt by the next request; the other processes hear of it by themselves.
            await self._changes.hear()
        return given

    async def remember(self, principal: str, given: Answer) -> None:
        """Let reads of the principal wait for what a repeated answer has told of."""
        await self._runner.announce(principal, given)

    async def repeated(self) -> Response[bytes] | None:
        """The first answer, where this is a repeat.

        For routes that check, before their command runs, what it changes: a repeat would not pass.
        """
        caller = caller_in(self._request.scope)
        actor = ANONYMOUS if caller is None else caller.actor
        repeatable = await self._repeats.of(self._request, actor, is_secret=False)
        first = None if repeatable is None else await self._runner.repeated(repeatable)
        return None if first is None else response_of(first)

    def _occasion(self, caller: AnyCaller | None) -> Occasion:
        client = self._request.client
        return Occasion(
            operation=str(self._request.route_handler.operation_id),
            path=self._request.url.path[:PATH_LENGTH_MAX],
            network=network_of(None if client is None else client.host),
            session_id=caller.session_id if isinstance(caller, Caller) else None,
        )


def response_of(given: Answer) -> Response[bytes]:
    """The answer as Litestar sends it."""
    return Response(
        given.body,
        status_code=given.status,
        headers=given.headers,
        media_type=given.headers.get("content-type", "application/json"),
    )
