from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from plaza.contexts.ordering.events import (
    ENDINGS,
    VendorOrderEnded,
    VendorOrderFailed,
    VendorOrderStatus,
)
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.event import Event
from plaza.kernel.refusals import NotThere
from plaza.read_models.vendor_order_queue.projection import PROJECTION
from plaza.read_models.vendor_order_queue.query import (
    OrdersWanted,
    digits_of,
    get_vendor_order,
    list_vendor_orders,
)
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.catalogue import AVendor
from read_models.given import given
from read_models.keeping import keep
from read_models.orders import NOON, AnOrder, AVendorOrder, a_line
from read_models.recipients import forgotten, known

CURSORS = Cursors(b"a key of the tests")
PLACED_ENDINGS = [(kind, status) for kind, status in ENDINGS.items() if status != "failed"]


def seen(*events: Event) -> list[dict[str, Any]]:
    """What vendors see."""
    rows = given(*events).shows(PROJECTION)["vendor_order_queue"]
    shown = [msgspec.json.decode(row.document) for row in rows]
    assert [row.status for row in rows] == [entry["status"] for entry in shown]
    return shown


def a_part(vendor: AVendor | None = None) -> AVendorOrder:
    """One vendor's part of an order of two."""
    order = AnOrder()
    part = order.of(vendor or AVendor(), a_line(3, 1000), a_line(1, 500), delivery_minor=300)
    order.of(AVendor(), a_line())
    return part


def test_a_vendor_sees_nothing_of_what_is_not_placed() -> None:
    part = a_part()
    assert seen(*part.created()) == []
    assert seen(*part.created(), part.ended(VendorOrderFailed)) == []
    for kind, _ in PLACED_ENDINGS:
        assert seen(*part.created(), part.ended(kind)) == []


def test_a_placed_order_is_seen_with_what_it_is_worth() -> None:
    part = a_part()
    (entry,) = seen(*part.created(), part.placed(), part.shared("paid"))
    assert (entry["number"], entry["order_number"]) == (part.number, part.order.number)
    assert (entry["status"], entry["payment_status"]) == ("accepted", "paid")
    assert entry["total"] == {"amount_minor": 3800, "currency": "GBP"}
    assert entry["delivery"]["amount_minor"] == 300
    assert (entry["item_count"], entry["placed_at"]) == (4, "2026-11-21T12:00:00Z")


def test_an_order_is_due_until_it_is_accepted() -> None:
    part = a_part()
    story = [*part.created(), part.placed(accept_by=NOON + timedelta(hours=48))]
    (entry,) = seen(*story)
    assert (entry["status"], entry["accept_by"]) == ("pending_acceptance", "2026-11-23T12:00:00Z")
    (entry,) = seen(*story, part.accepted())
    assert (entry["status"], entry["accept_by"]) == ("accepted", None)


@pytest.mark.parametrize(("kind", "status"), PLACED_ENDINGS)
def test_what_has_ended_is_seen_with_its_reason(
    kind: type[VendorOrderEnded], status: VendorOrderStatus
) -> None:
    part = a_part()
    story = [*part.created(), part.placed(accept_by=NOON + timedelta(hours=48))]
    (entry,) = seen(*story, part.ended(kind, "out of oak"))
    assert (entry["status"], entry["status_reason"]) == (status, "out of oak")
    assert entry["canceled"] == entry["total"]
    assert entry["accept_by"] is None


def test_canceled_lines_are_seen_in_the_amount_and_in_the_line() -> None:
    part = a_part()
    story = [*part.created(), part.placed(), part.lines_canceled({0: 2}, 2000)]
    (entry,) = seen(*story)
    assert (entry["status"], entry["canceled"]["amount_minor"]) == ("accepted", 2000)
    (row,) = given(*story).shows(PROJECTION)["vendor_order_queue_lines"]
    first, second = msgspec.json.decode(row.lines)
    assert (first["canceled_quantity"], first["canceled"]["amount_minor"]) == (2, 2000)
    assert second["canceled_quantity"] == 0


def test_a_number_is_understood_as_it_is_read_aloud() -> None:
    assert digits_of("k7qd-m2x5-1") == digits_of("K7QD M2X5 1") == "K7QDM2X51"
    assert digits_of("oil") == "011"


class Desk:
    """Where a vendor's orders are looked at."""

    def __init__(self, settings: Settings, reads: PrivateReads) -> None:
        self._settings = settings
        self._reads = reads
        self.vendor = AVendor()

    async def gets(self, accept_by: datetime | None = None, **placed: Any) -> AVendorOrder:
        """An order that is placed with the vendor."""
        part = a_part(self.vendor)
        story = [*part.created(), part.placed(accept_by=accept_by, **placed)]
        await keep(self._settings, PROJECTION, *story)
        return part

    async def lists(self, limit: int = 2, **wanted: Any) -> list[str]:
        """The ids on all pages."""
        asked = OrdersWanted(vendor_id=self.vendor.id, **wanted)
        found: list[str] = []
        cursor = None
        while True:
            page = await self.page(asked, limit, cursor)
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    async def page(
        self, asked: OrdersWanted, limit: int = 2, cursor: str | None = None
    ) -> dict[str, Any]:
        body = await list_vendor_orders(self._reads, CURSORS, asked, limit, cursor)
        page: dict[str, Any] = msgspec.json.decode(body)
        return page


@pytest.fixture
def desk(quiet_settings: Settings, reads: PrivateReads) -> Desk:
    return Desk(quiet_settings, reads)


def ids(*parts: AVendorOrder) -> list[str]:
    return [str(part.id) for part in parts]


async def test_orders_are_listed_the_newest_first_and_by_when_they_were_placed(desk: Desk) -> None:
    hours = [3, 1, 2, 2]
    parts = [await desk.gets(at=NOON + timedelta(hours=n)) for n in hours]
    late, early, middle, middle_too = parts
    assert await desk.lists() == ids(late, middle_too, middle, early)
    between: dict[str, Any] = {
        "placed_from": NOON + timedelta(hours=2),
        "placed_to": NOON + timedelta(hours=3),
    }
    assert await desk.lists(**between) == ids(middle_too, middle)


async def test_what_is_due_is_listed_the_most_urgent_first(desk: Desk) -> None:
    later = await desk.gets(accept_by=NOON + timedelta(hours=9))
    await desk.gets()
    sooner = await desk.gets(accept_by=NOON + timedelta(hours=1))
    soon = await desk.gets(accept_by=NOON + timedelta(hours=5))
    assert await desk.lists(sort="due") == ids(sooner, soon, later)


async def test_orders_are_counted_in_each_state_whatever_the_page_is_narrowed_to(
    desk: Desk, quiet_settings: Settings
) -> None:
    await desk.gets()
    due = await desk.gets(accept_by=NOON)
    ended = await desk.gets()
    kind = next(iter(ENDINGS))
    await keep(quiet_settings, PROJECTION, ended.ended(kind))
    asked = OrdersWanted(vendor_id=desk.vendor.id, status="pending_acceptance")
    page = await desk.page(asked)
    assert [item["id"] for item in page["items"]] == ids(due)
    assert page["counts"] == {"accepted": 1, "pending_acceptance": 1, ENDINGS[kind]: 1}
    nobodys = await desk.page(OrdersWanted(vendor_id=uuid4()))
    assert (nobodys["items"], nobodys["counts"]) == ([], {})


async def test_an_order_is_found_by_its_number_and_by_the_beginning_of_it(desk: Desk) -> None:
    part, other = [await desk.gets() for _ in range(2)]
    assert await desk.lists(q=part.number) == ids(part)
    assert await desk.lists(q=part.order.number.replace("-", "").lower()) == ids(part)
    assert await desk.lists(q="K7QD") == ids(other, part)
    assert await desk.lists(q="%") == []


async def test_a_cursor_goes_with_its_question(desk: Desk) -> None:
    for _ in range(2):
        await desk.gets()
    asked = OrdersWanted(vendor_id=desk.vendor.id)
    page = await desk.page(asked, 1)
    for other in ({"status": "accepted"}, {"q": "K7"}, {"sort": "due"}, {"vendor_id": uuid4()}):
        with pytest.raises(InvalidCursor):
            await desk.page(msgspec.structs.replace(asked, **other), 1, page["next_cursor"])


async def test_a_vendor_reads_one_order_with_its_lines_and_where_it_goes(
    desk: Desk, reads: PrivateReads
) -> None:
    part = await desk.gets()
    body = await get_vendor_order(reads, known, desk.vendor.id, part.id)
    shown = msgspec.json.decode(body)
    assert [line["quantity"] for line in shown["lines"]] == [3, 1]
    assert shown["address"]["line1"] == "1 High Street"
    assert b"ann@plaza.example" not in body
    body = await get_vendor_order(reads, forgotten, desk.vendor.id, part.id)
    assert msgspec.json.decode(body)["address"] is None


async def test_a_pending_order_is_not_there_for_its_vendor(
    desk: Desk, reads: PrivateReads, quiet_settings: Settings
) -> None:
    part = a_part(desk.vendor)
    await keep(quiet_settings, PROJECTION, *part.created())
    with pytest.raises(NotThere):
        await get_vendor_order(reads, known, desk.vendor.id, part.id)


async def test_the_database_keeps_vendors_apart_without_the_predicate(
    desk: Desk, reads: PrivateReads
) -> None:
    part = await desk.gets()
    with pytest.raises(NotThere):
        await get_vendor_order(reads, known, uuid4(), part.id)
    account_id, order_id = part.order.account_id, part.order.id
    shown = {}
    for surface in (
        Surface(vendor_id=desk.vendor.id),
        MARKET,
        Surface(vendor_id=uuid4()),
        Surface(account_id=account_id),
        Surface(order_id=order_id, checkout=True),
        Surface(),
    ):
        async with reads.within(surface) as connection:
            rows = await connection.fetch(
                "SELECT vendor_order_id FROM read.vendor_order_queue_v1 UNION ALL "
                "SELECT vendor_order_id FROM read.vendor_order_queue_lines_v1"
            )
        shown[surface] = [row["vendor_order_id"] for row in rows].count(part.id)
    assert list(shown.values()) == [2, 2, 0, 0, 0, 0]
