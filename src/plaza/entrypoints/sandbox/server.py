"""The sandbox's process.

Started by `granian --interface asgi --factory plaza.entrypoints.sandbox.server:create_sandbox`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from standardwebhooks.webhooks import Webhook

from plaza.adapters.sandbox_payments import WEBHOOK_KEY
from plaza.entrypoints.authenticating import run_until_left
from plaza.entrypoints.logs import configure_logs
from plaza.entrypoints.sandbox.behaviour import Behaviour
from plaza.entrypoints.sandbox.books import KeyReused, open_database
from plaza.entrypoints.sandbox.desk import Desk
from plaza.entrypoints.sandbox.messages import Messages
from plaza.entrypoints.sandbox.routes import ROUTES
from plaza.entrypoints.sandbox.webhook_sender import WebhookSender
from plaza.entrypoints.supervising.welcome import base_url
from plaza.kernel.keys import derived_key
from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import InvalidSetting, Settings, settings_from

BODY_BYTES_MAX = 16_384
WEBHOOK_PATH = "/v1/payment-providers/sandbox/webhooks"


def create_sandbox(settings: Settings | None = None) -> Litestar:
    """The application; its books are opened when it starts.

    Raises:
        InvalidSetting: nobody has asked for play money.
    """
    settings = settings or settings_from()
    url = _asked_for(settings)
    configure_logs(settings)

    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.desk = _desk(settings, url, stack)
            yield

    return Litestar(
        route_handlers=ROUTES,
        lifespan=[opened],
        request_max_body_size=BODY_BYTES_MAX,
        dependencies={"desk": Provide(_provide_desk, sync_to_thread=False)},
        exception_handlers={KeyReused: _key_reused},
        openapi_config=OpenAPIConfig(
            title="plaza's sandbox of payments",
            version=version("plaza"),
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],
        ),
        logging_config=None,
    )


def _asked_for(settings: Settings) -> LoopbackUrl:
    if settings.sandbox_url is None:
        message = (
            "The sandbox gives goods away for play money, so it does not start beside a "
            "marketplace that sells. Where that is wanted, PLAZA_SANDBOX_URL names its address on "
            "this machine, as in http://127.0.0.1:9000; `plaza up` with the embedded servers "
            "needs no setting."
        )
        raise InvalidSetting(message)
    return LoopbackUrl(settings.sandbox_url)


def _desk(settings: Settings, url: LoopbackUrl, stack: AsyncExitStack) -> Desk:
    connection = open_database(settings.data_dir)
    stack.callback(connection.close)
    messages, behaviour = Messages(connection), Behaviour()
    receiver = f"{base_url(settings)}{WEBHOOK_PATH}" if settings.sandbox_webhooks else None
    webhook = Webhook(derived_key(settings.secret(), WEBHOOK_KEY))
    sender = WebhookSender(messages, behaviour, webhook, receiver)
    run_until_left(sender.run(), stack)
    return Desk(connection, messages, sender, behaviour, url)


def _provide_desk(state: State) -> Desk:
    desk: Desk = state.desk
    return desk


def _key_reused(_request: Request[Any, Any, Any], _error: KeyReused) -> Response[dict[str, str]]:
    return Response({"code": "key_reused"}, status_code=409)
