from typing import Any
from uuid import uuid4

import msgspec
import pytest

from plaza.contexts.ordering.events import VendorOrderExpired
from plaza.contexts.payments.events import PaymentCaptured, PaymentRequested
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.event import Event
from plaza.read_models.order_history.document import IMAGES_MAX
from plaza.read_models.order_history.projection import PROJECTION
from plaza.read_models.order_history.query import list_orders
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.catalogue import AVendor
from read_models.given import given
from read_models.keeping import keep
from read_models.orders import AnOrder, a_line

CURSORS = Cursors(b"a key of the tests")


def entry_of(*events: Event) -> dict[str, Any]:
    (row,) = given(*events).shows(PROJECTION)["order_history"]
    document: dict[str, Any] = msgspec.json.decode(row.document)
    assert row.status == document["status"]
    return document


def an_order(**fields: Any) -> AnOrder:
    order = AnOrder(**fields)
    order.of(AVendor(), a_line(3, 1000, image="/1.svg"), a_line(1, 500, image=None))
    order.of(AVendor(), a_line(2, 250, image="/2.svg"))
    return order


def test_an_order_is_listed_with_what_it_is_worth_and_how_much_it_is() -> None:
    order = an_order()
    entry = entry_of(*order.created(), order.paid(PaymentRequested, "pending"))
    assert (entry["number"], entry["status"]) == (order.number, "pending")
    assert entry["total"] == {"amount_minor": 4000, "currency": "GBP"}
    assert (entry["item_count"], entry["vendor_count"]) == (6, 2)
    assert entry["images"] == ["/1.svg", "/2.svg"]
    assert (entry["payment_status"], entry["placed_at"]) == ("pending", None)
    paid = order.paid(PaymentCaptured, "paid", captured_minor=4000)
    entry = entry_of(*order.created(), paid, *order.placed())
    assert (entry["status"], entry["payment_status"]) == ("placed", "paid")
    assert entry["placed_at"] == "2026-11-21T12:00:00Z"


def test_what_is_canceled_of_it_is_told_over_all_vendors() -> None:
    order = an_order()
    first, second = order.vendor_orders
    story = [*order.created(), *order.placed(), first.lines_canceled({0: 1}, 1000)]
    assert entry_of(*story)["canceled"]["amount_minor"] == 1000
    story.append(second.ended(VendorOrderExpired))
    assert entry_of(*story)["canceled"]["amount_minor"] == 1500
    story.append(order.canceled())
    assert entry_of(*story)["status"] == "canceled"


def test_images_are_those_of_the_first_lines_also_of_many() -> None:
    order = AnOrder()
    order.of(AVendor(), *(a_line(2, image=f"/{n}.svg") for n in range(45)))
    entry = entry_of(*order.created())
    assert entry["images"] == [f"/{n}.svg" for n in range(IMAGES_MAX)]
    assert entry["item_count"] == 90


def test_guests_have_no_list() -> None:
    order = an_order(account_id=None)
    assert given(*order.created(), *order.placed()).shows(PROJECTION)["order_history"] == []


async def test_an_account_lists_its_own_the_newest_first_and_failed_ones_when_asked(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    account_id = uuid4()
    orders = [an_order(account_id=account_id) for _ in range(5)]
    story = [event for order in orders for event in order.created()]
    await keep(quiet_settings, PROJECTION, *story, *orders[0].placed(), orders[1].failed())
    await keep(quiet_settings, PROJECTION, *an_order().created())

    async def listed(status: str | None) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            body = await list_orders(reads, CURSORS, account_id, status, 2, cursor)
            page = msgspec.json.decode(body)
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    newest_first = [str(order.id) for order in reversed(orders)]
    assert await listed(None) == [i for i in newest_first if i != str(orders[1].id)]
    assert await listed("failed") == [str(orders[1].id)]
    assert await listed("placed") == [str(orders[0].id)]
    assert await listed("canceled") == []


async def test_a_cursor_goes_with_its_account_and_its_status(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    account_id = uuid4()
    orders = [an_order(account_id=account_id) for _ in range(2)]
    await keep(quiet_settings, PROJECTION, *(e for order in orders for e in order.created()))
    page = msgspec.json.decode(await list_orders(reads, CURSORS, account_id, None, 1, None))
    for asker_id, status in ((account_id, "pending"), (uuid4(), None)):
        with pytest.raises(InvalidCursor):
            await list_orders(reads, CURSORS, asker_id, status, 1, page["next_cursor"])


async def test_nobody_reads_it_but_its_account_and_the_market(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = an_order()
    await keep(quiet_settings, PROJECTION, *order.created())
    vendor_id = order.vendor_orders[0].vendor.id
    every = "SELECT order_id FROM read.order_history_v1"
    seen = {}
    for surface in (
        Surface(account_id=order.account_id),
        MARKET,
        Surface(account_id=uuid4()),
        Surface(vendor_id=vendor_id),
        Surface(order_id=order.id, checkout=True),
        Surface(),
    ):
        async with reads.within(surface) as connection:
            seen[surface] = order.id in {row["order_id"] for row in await connection.fetch(every)}
    assert list(seen.values()) == [True, True, False, False, False, False]
