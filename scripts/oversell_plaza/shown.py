"""What the read models show of a race, asked over HTTP by who may see it."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

import msgspec
from buying_plaza.market import Desk, Shop
from buying_plaza.shopper import Completed, Shopper

from oversell_plaza.buyer import Buyer
from oversell_plaza.history import History, Violation
from oversell_plaza.judging import of_lists

PAGE = "limit=100"
WAITS = "wait=10"


class Entry(msgspec.Struct, frozen=True):
    id: str


class QueueEntry(msgspec.Struct, frozen=True):
    order_id: str


class Entries(msgspec.Struct, frozen=True):
    items: list[Entry]
    next_cursor: str | None


class Queue(msgspec.Struct, frozen=True):
    items: list[QueueEntry]
    next_cursor: str | None


class OrderShown(msgspec.Struct, frozen=True):
    id: str
    status: str


class OfferShown(msgspec.Struct, frozen=True):
    id: str
    in_stock: bool


class PageShown(msgspec.Struct, frozen=True):
    offers: list[OfferShown]


async def of_order_pages(
    bought: Iterable[tuple[Shopper, Completed]], token: str
) -> list[Violation]:
    """Each order has a page that says that it is placed."""
    found = []
    for shopper, completed in bought:
        answer = await shopper.look_at(completed, Plaza_Consistency=token, Prefer=WAITS)
        if not answer.succeeded or answer.document(OrderShown).status != "placed":
            found.append(Violation("an acknowledged order has its page", answer.told))
    return found


async def of_histories(
    buyers: Sequence[Buyer], log_ins: Mapping[int, Desk], token: str
) -> list[Violation]:
    """The list of each account holds its orders, once each."""
    found: list[Violation] = []
    for number, desk in log_ins.items():
        listed = await desk.ask("GET", f"/v1/orders?{PAGE}", Plaza_Consistency=token, Prefer=WAITS)
        shown = Counter(entry.id for entry in listed.document(Entries).items)
        wanted = dict.fromkeys(buyers[number].story.orders, 1)
        found += of_lists("its account's list", shown, wanted)
    return found


async def of_queues(
    shops: Sequence[Shop], parts: Mapping[str, Mapping[str, int]], token: str
) -> list[Violation]:
    """The queue of each vendor holds its part of each order, once."""
    found: list[Violation] = []
    for shop in shops:
        shown = Counter([entry.order_id async for entry in _queued(shop, token)])
        found += of_lists("its vendor's queue", shown, parts.get(shop.vendor_id, {}))
    return found


async def of_product_pages(shops: Sequence[Shop], history: History, token: str) -> list[Violation]:
    """An offer is shown in stock exactly while something of it is free."""
    found = []
    for shop in shops:
        for product_id in shop.products:
            page = await shop.desk.caller.ask(
                "GET", f"/v1/products/{product_id}", Plaza_Consistency=token, Prefer=WAITS
            )
            found += [
                Violation("a product's page follows its stock", str(offer))
                for offer in page.document(PageShown).offers
                if offer.in_stock != history.is_available(offer.id)
            ]
    return found


async def _queued(shop: Shop, token: str) -> AsyncIterator[QueueEntry]:
    path = first = f"{shop.path}/orders?{PAGE}"
    while True:
        page = await shop.desk.ask("GET", path, Plaza_Consistency=token, Prefer=WAITS)
        queue = page.document(Queue)
        for entry in queue.items:
            yield entry
        if queue.next_cursor is None:
            return
        path = f"{first}&cursor={queue.next_cursor}"
