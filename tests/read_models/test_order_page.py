from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio

from plaza.contexts.ordering.events import (
    ENDINGS,
    VendorOrderCanceled,
    VendorOrderDeclined,
    VendorOrderEnded,
    VendorOrderStatus,
)
from plaza.contexts.payments.events import (
    NextAction,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    PaymentRequested,
)
from plaza.contexts.vendors.events import VendorChanged
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.event import Event
from plaza.kernel.refusals import NotThere
from plaza.read_models.order_page.projection import PROJECTION
from plaza.read_models.order_page.query import get_order
from plaza.reading.pools import PrivateReads, open_private_pool
from plaza.reading.postal_address import PostalAddress, Recipient
from plaza.settings import Settings
from read_models.catalogue import AVendor
from read_models.given import an_event, given
from read_models.keeping import keep
from read_models.orders import NOON, AnOrder, a_line

HOME = PostalAddress(
    name="Ann",
    line1="1 High Street",
    line2=None,
    city="Leeds",
    region=None,
    postal_code="LS1 1AA",
    country="GB",
    phone=None,
)


def pounds(amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": "GBP"}


def page_of(*events: Event) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is shown of the only order, and of its vendor orders but for their lines."""
    (row,) = given(*events).shows(PROJECTION)["order_page"]
    parts = msgspec.json.decode(row.vendor_orders)
    assert [vendor_order_id for vendor_order_id, _ in parts] == [p["id"] for _, p in parts]
    return msgspec.json.decode(row.document), [part for _, part in parts]


def lines_of(*events: Event) -> list[list[dict[str, Any]]]:
    """The lines of each vendor order."""
    rows = given(*events).shows(PROJECTION)["order_page_lines"]
    return [msgspec.json.decode(row.lines) for row in rows]


def an_order_of_two() -> AnOrder:
    order = AnOrder()
    order.of(AVendor(), a_line(3, 1000), a_line(1, 500), delivery_minor=300)
    order.of(AVendor(), a_line(2, 250))
    return order


def test_an_order_waits_for_its_payment_and_is_placed() -> None:
    order = an_order_of_two()
    story = order.created()
    document, parts = page_of(*story)
    assert (document["status"], document["placed_at"]) == ("pending", None)
    assert {part["status"] for part in parts} == {"pending"}

    document, parts = page_of(*story, *order.placed())
    assert (document["status"], document["placed_at"]) == ("placed", "2026-11-21T12:00:00Z")
    assert {part["status"] for part in parts} == {"accepted"}
    assert document["fulfilment_status"] == "open"


def test_amounts_of_the_parts_are_those_of_the_whole() -> None:
    order = an_order_of_two()
    document, parts = page_of(*order.created())
    assert document["total"] == pounds(4300)
    for name in ("subtotal", "delivery", "discount", "tax", "total"):
        summed = sum(part[name]["amount_minor"] for part in parts)
        assert document[name] == pounds(summed), name
    lines = [line for part in lines_of(*order.created()) for line in part]
    assert sum(line["total"]["amount_minor"] for line in lines) == 4000


def test_a_failed_order_tells_why() -> None:
    order = an_order_of_two()
    document, _ = page_of(*order.created(), order.failed())
    assert (document["status"], document["status_reason"]) == ("failed", "insufficient_funds")
    assert document["fulfilment_status"] == "canceled"


def test_nothing_of_a_canceled_order_is_sent() -> None:
    order = an_order_of_two()
    document, _ = page_of(*order.created(), *order.placed(), order.canceled())
    assert (document["status"], document["fulfilment_status"]) == ("canceled", "canceled")


def test_a_vendor_has_until_then_to_accept() -> None:
    order = AnOrder()
    part = order.of(AVendor(), a_line())
    story = [*order.created(), part.placed(accept_by=NOON + timedelta(hours=48))]
    _, (shown,) = page_of(*story)
    assert (shown["status"], shown["accept_by"]) == ("pending_acceptance", "2026-11-23T12:00:00Z")
    _, (shown,) = page_of(*story, part.accepted())
    assert (shown["status"], shown["accept_by"]) == ("accepted", None)


@pytest.mark.parametrize(("kind", "status"), ENDINGS.items())
def test_what_has_ended_is_canceled_whole(
    kind: type[VendorOrderEnded], status: VendorOrderStatus
) -> None:
    order = an_order_of_two()
    ended, other = order.vendor_orders
    story = [*order.created(), ended.ended(kind, "out of oak")]
    document, (shown, sibling) = page_of(*story)
    assert (shown["status"], shown["status_reason"]) == (status, "out of oak")
    assert shown["canceled"] == shown["total"] == document["canceled"]
    assert (sibling["status"], sibling["canceled"]) == ("pending", pounds(0))
    first, second = lines_of(*story)
    assert all(line["canceled"] == line["total"] for line in first)
    assert all(line["canceled_tax"] == line["tax"] for line in first)
    assert [line["canceled_quantity"] for line in second] == [0] * len(other.lines)


def test_canceled_units_of_a_line_add_up_to_all_of_it() -> None:
    order = AnOrder()
    part = order.of(AVendor(), a_line(3, 333, total_minor=1000, tax_minor=167), a_line(1))
    shown = []
    for quantity in range(4):
        story = order.created()
        canceled = part.lines_canceled({0: quantity}, 1000 * quantity // 3)
        ((line, untouched),) = lines_of(*story, canceled)
        shown.append((line["canceled"]["amount_minor"], line["canceled_tax"]["amount_minor"]))
        assert line["canceled_quantity"] == quantity
        assert untouched["canceled"] == pounds(0)
    assert shown == [(0, 0), (333, 55), (666, 111), (1000, 167)]


def test_what_was_taken_and_is_not_owed_any_more_is_to_be_given_back() -> None:
    order = an_order_of_two()
    story = order.created()
    assert page_of(*story)[0]["refund_due"] == pounds(0)
    story.append(order.paid(PaymentAuthorized, "authorized", authorized_minor=4300))
    canceled = order.vendor_orders[0].lines_canceled({1: 1}, 500)
    assert page_of(*story, canceled)[0]["refund_due"] == pounds(0)
    captured = {"authorized_minor": 4300, "captured_minor": 4300}
    story += [order.paid(PaymentCaptured, "paid", **captured), canceled]
    assert page_of(*story)[0]["refund_due"] == pounds(500)
    given_back = order.paid(PaymentRefunded, "partially_refunded", **captured, refunded_minor=500)
    assert page_of(*story, given_back)[0]["refund_due"] == pounds(0)


def test_a_payment_is_shown_with_what_the_shopper_has_to_do() -> None:
    order = an_order_of_two()
    story = order.created()
    assert page_of(*story)[0]["payment"] is None
    story.append(order.paid(PaymentRequested, "pending"))
    # As older facts tell it.
    story.append(order.paid(PaymentActionRequired, "pending", next_action=None))
    document, _ = page_of(*story)
    payment = document["payment"]
    assert (payment["action_required"], payment["next_action"]) == (True, None)
    action = NextAction(type="redirect", url="https://bank.example/1")
    story.append(order.paid(PaymentActionRequired, "pending", next_action=action))
    document, _ = page_of(*story)
    assert document["payment"]["action_required"] is True
    assert document["payment"]["next_action"] == msgspec.to_builtins(action)
    assert document["payment_status"] == "pending"
    story.append(order.paid(PaymentAuthorized, "authorized", authorized_minor=4300))
    document, _ = page_of(*story)
    assert document["payment_status"] == document["payment"]["status"] == "authorized"
    assert document["payment"]["authorized"] == pounds(4300)
    assert document["payment"]["action_required"] is False
    assert document["payment"]["next_action"] is None


def test_each_share_says_how_its_vendor_order_is_paid() -> None:
    order = an_order_of_two()
    first, second = order.vendor_orders
    story = [*order.created(), first.shared("paid"), second.shared("refunded")]
    _, parts = page_of(*story)
    assert [part["payment_status"] for part in parts] == ["paid", "refunded"]


def test_lines_keep_their_order_over_all_facts() -> None:
    order = AnOrder()
    order.of(AVendor(), *(a_line(title=f"Line {n}") for n in range(45)))
    (lines,) = lines_of(*order.created())
    assert [line["title"] for line in lines] == [f"Line {n}" for n in range(45)]


@pytest_asyncio.fixture(loop_scope="session")
async def reads(quiet_settings: Settings) -> AsyncIterator[PrivateReads]:
    assert quiet_settings.database_url is not None
    opened = await open_private_pool(quiet_settings.database_url, 1)
    yield opened
    await opened.close()


async def known(_: UUID) -> Recipient | None:
    return Recipient(email="ann@plaza.example", address=HOME)


async def forgotten(_: UUID) -> Recipient | None:
    return None


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
