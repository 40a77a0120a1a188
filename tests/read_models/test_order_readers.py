"""Who reads the page of an order, and that it is whole."""

from uuid import uuid4

import msgspec
import pytest

from plaza.contexts.ordering.events import VendorOrderCanceled, VendorOrderDeclined
from plaza.contexts.vendors.events import VendorChanged
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.refusals import NotThere
from plaza.read_models.order_page.projection import PROJECTION
from plaza.read_models.order_page.query import get_order
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.catalogue import AVendor
from read_models.given import an_event
from read_models.keeping import keep
from read_models.orders import AnOrder, a_line, an_order_of_two, pounds
from read_models.recipients import forgotten, known


async def test_its_reader_gets_it_whole_with_names_and_address_as_they_are_now(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = an_order_of_two()
    vendors = [part.vendor for part in order.vendor_orders]
    story = [event for vendor in vendors for event in vendor.approved()]
    renamed = an_event(VendorChanged, vendor_id=vendors[0].id, slug="oak", name="Oak")
    await keep(quiet_settings, PROJECTION, *story, *order.created(), renamed)
    surface = Surface(account_id=order.account_id)

    shown = msgspec.json.decode(await get_order(reads, known, surface, order.id))

    assert shown["id"] == str(order.id)
    assert [part["number"] for part in shown["vendor_orders"]] == [
        f"{order.number}-1",
        f"{order.number}-2",
    ]
    assert shown["vendor_orders"][0]["vendor"] == {
        "id": str(vendors[0].id),
        "slug": "oak",
        "name": "Oak",
    }
    assert [len(part["lines"]) for part in shown["vendor_orders"]] == [2, 1]
    assert shown["address"]["city"] == "Leeds"
    assert shown["email"] == "ann@plaza.example"

    shown = msgspec.json.decode(await get_order(reads, forgotten, surface, order.id))
    assert (shown["address"], shown["email"]) == (None, None)


async def test_of_whom_it_was_is_shown_also_when_they_sell_no_more(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order, vendor = AnOrder(), AVendor()
    order.of(vendor, a_line())
    await keep(quiet_settings, PROJECTION, *vendor.approved(), *order.created(), vendor.closed())
    body = await get_order(reads, known, Surface(order_id=order.id), order.id)
    (part,) = msgspec.json.decode(body)["vendor_orders"]
    assert part["vendor"]["slug"] == f"vendor-{vendor.id}"


async def test_an_order_of_500_lines_is_shown_whole(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = AnOrder()
    for _ in range(20):
        order.of(AVendor(), *(a_line(2, n + 1, title=f"Line {n}") for n in range(25)))
    story = [event for part in order.vendor_orders for event in part.vendor.approved()]
    await keep(quiet_settings, PROJECTION, *story, *order.created(), *order.placed())
    surface = Surface(account_id=order.account_id)
    shown = msgspec.json.decode(await get_order(reads, known, surface, order.id))
    parts = shown["vendor_orders"]
    assert [len(part["lines"]) for part in parts] == [25] * 20
    assert [line["title"] for line in parts[7]["lines"]] == [f"Line {n}" for n in range(25)]
    lines = [line for part in parts for line in part["lines"]]
    assert sum(line["total"]["amount_minor"] for line in lines) == 20 * 650
    assert shown["total"] == pounds(20 * 650)


async def test_nobody_reads_it_but_its_account_who_has_its_secret_and_the_market(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order, guests = an_order_of_two(), AnOrder(account_id=None)
    vendor = order.vendor_orders[0].vendor
    guests.of(vendor, a_line())
    others = order.vendor_orders[1].vendor
    story = [*vendor.approved(), *others.approved(), *order.created(), *guests.created()]
    await keep(quiet_settings, PROJECTION, *story)
    for surface in (
        Surface(account_id=order.account_id),
        Surface(order_id=order.id, checkout=True),
        MARKET,
    ):
        assert await get_order(reads, known, surface, order.id)
    assert await get_order(reads, known, Surface(order_id=guests.id), guests.id)
    for surface in (
        Surface(),
        Surface(checkout=True),
        Surface(account_id=uuid4()),
        Surface(order_id=guests.id),
        Surface(vendor_id=vendor.id),
    ):
        with pytest.raises(NotThere):
            await get_order(reads, known, surface, order.id)
        async with reads.within(surface) as connection:
            seen = await connection.fetch("SELECT order_id FROM read.order_page_lines_v2")
        assert order.id not in {row["order_id"] for row in seen}


async def test_a_vendor_order_without_a_line_left_stays_on_the_page(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = an_order_of_two()
    first, second = order.vendor_orders
    story = [*first.vendor.approved(), *second.vendor.approved(), *order.created()]
    ended = [first.ended(VendorOrderDeclined), second.ended(VendorOrderCanceled)]
    await keep(quiet_settings, PROJECTION, *story, *ended, order.canceled())
    shown = msgspec.json.decode(await get_order(reads, known, Surface(order_id=order.id), order.id))
    assert shown["status"] == "canceled"
    assert shown["canceled"] == shown["total"]
    assert [part["status"] for part in shown["vendor_orders"]] == ["declined", "canceled"]


async def test_an_order_is_shown_while_one_of_its_vendors_is_parked(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = an_order_of_two()
    first, second = (part.vendor for part in order.vendor_orders)
    await keep(quiet_settings, PROJECTION, *first.approved(), *order.created())
    surface = Surface(account_id=order.account_id)
    shown = msgspec.json.decode(await get_order(reads, known, surface, order.id))
    parts = shown["vendor_orders"]
    assert [len(part["lines"]) for part in parts] == [2, 1]
    assert [part["vendor"]["id"] for part in parts] == [str(first.id), str(second.id)]
    assert parts[1]["vendor"] == {"id": str(second.id), "slug": "", "name": ""}
