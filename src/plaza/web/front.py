"""The application: what it has at hand it sends before Litestar is asked."""

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from plaza.web.fast_path import FastPath

HTTP = ScopeType.HTTP


class Front(Litestar):
    """Litestar with the fast path before it.

    An ASGI route inside of it would pass the hooks before sending, which cost more than the answer.
    """

    fast_path: FastPath | None = None
    """Opened when the application starts."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Answer at once, or let Litestar do it."""
        fast_path = self.fast_path
        if fast_path is not None and scope["type"] == HTTP:
            answer = fast_path.answer(scope)  # type: ignore[arg-type]
            if answer is not None:
                await send(answer[0])  # type: ignore[arg-type]
                await send(answer[1])  # type: ignore[arg-type]
                return
        await super().__call__(scope, receive, send)
