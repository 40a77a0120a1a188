"""Reads the vendors' queues of orders, page by page."""

import msgspec
from buying_plaza.market import Shop
from buying_plaza.shopper import Money

from replay_retail_plaza.sums import Entry

PAGE = "limit=100"
WAITS = "wait=10"


class Shown(msgspec.Struct, frozen=True):
    order_id: str
    total: Money
    canceled: Money


class Queue(msgspec.Struct, frozen=True):
    items: list[Shown]
    next_cursor: str | None


async def read_queue(shop: Shop, token: str) -> list[Entry]:
    """Every vendor order of the shop, whatever became of it.

    Args:
        shop: whose.
        token: the consistency token of a command that came after all that is wanted.
    """
    entries: list[Entry] = []
    path = first = f"{shop.path}/orders?{PAGE}"
    while True:
        answer = await shop.desk.ask("GET", path, Plaza_Consistency=token, Prefer=WAITS)
        queue = answer.document(Queue)
        entries += [
            Entry(shown.order_id, shown.total.amount_minor, shown.canceled.amount_minor)
            for shown in queue.items
        ]
        if queue.next_cursor is None:
            return entries
        path = f"{first}&cursor={queue.next_cursor}"
