"""What a projector process follows, as its settings say."""

import msgspec
import pytest

from plaza.contexts.identity.events import MailRequested
from plaza.contexts.ordering.events import OrderPlaced
from plaza.entrypoints.following import following
from plaza.processes import queue_mail_on_order_placed
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.log import sequence, tell
from read_models.given import an_event
from writing.watching import until, watching

UPTO = "SELECT max(upto) FROM projecting.step WHERE projection = $1"
KINDS = "SELECT kind FROM notifications.mail ORDER BY kind"


@pytest.mark.parametrize(
    ("is_on", "kinds"), [(True, ["order_placed", "reset_password"]), (False, ["reset_password"])]
)
async def test_mails_about_orders_are_queued_unless_they_are_turned_off(
    fresh_settings: Settings, *, is_on: bool, kinds: list[str]
) -> None:
    settings = msgspec.structs.replace(fresh_settings, order_mails=is_on)
    async with connecting(settings) as connect:
        connection = await connect()
        request = an_event(MailRequested, purpose="reset_password")
        await tell(connection, an_event(OrderPlaced), request)
        last = await sequence(connection)
    async with watching(settings) as database, following(settings):

        async def is_done() -> bool:
            upto = await database.fetchval(UPTO, queue_mail_on_order_placed.PROCESS.name)
            return bool(upto >= last and await database.fetch(KINDS))

        await until(is_done)

        assert [row["kind"] for row in await database.fetch(KINDS)] == kinds
