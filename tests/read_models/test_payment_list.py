from typing import Any
from uuid import uuid4

import msgspec
import pytest

from plaza.contexts.payments.events import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentRequested,
    PaymentReturnFailed,
)
from plaza.kernel.actor import Surface
from plaza.kernel.event import Event
from plaza.read_models.payment_list.projection import PROJECTION
from plaza.read_models.payment_list.query import list_payments
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.catalogue import AVendor
from read_models.given import given
from read_models.keeping import keep
from read_models.orders import NOON, AnOrder, a_line

CURSORS = Cursors(b"a key of the tests")


def entry_of(*events: Event) -> dict[str, Any]:
    (row,) = given(*events).shows(PROJECTION)["payment_list"]
    document: dict[str, Any] = msgspec.json.decode(row.document)
    assert (row.status, row.provider) == (document["status"], document["provider"])
    return document


def an_order() -> AnOrder:
    order = AnOrder()
    order.of(AVendor(), a_line(3, 1000))
    order.of(AVendor(), a_line(1, 500))
    return order


def requested(order: AnOrder) -> list[Event]:
    asked = order.paid(PaymentRequested, "pending", created_at=NOON)
    return [*order.created(), asked, *(part.shared("pending") for part in order.vendor_orders)]


def test_a_payment_is_listed_with_its_order_and_every_vendors_share() -> None:
    order = an_order()
    entry = entry_of(*requested(order))
    assert (entry["id"], entry["order_id"]) == (str(order.payment_id), str(order.id))
    assert (entry["order_number"], entry["status"]) == (order.number, "pending")
    assert entry["amount"] == {"amount_minor": 3500, "currency": "GBP"}
    assert [share["amount"]["amount_minor"] for share in entry["shares"]] == [3000, 500]
    assert [share["vendor_order_id"] for share in entry["shares"]] == [
        str(part.id) for part in order.vendor_orders
    ]


def test_the_amounts_are_those_of_the_last_fact() -> None:
    order = an_order()
    captured = {"authorized_minor": 3500, "captured_minor": 3500}
    story = [
        *requested(order),
        order.paid(PaymentAuthorized, "authorized", authorized_minor=3500),
        order.paid(PaymentCaptured, "paid", **captured),
        order.paid(PaymentRefunded, "partially_refunded", **captured, refunded_minor=500),
        order.vendor_orders[1].shared("refunded", captured_minor=500, refunded_minor=500),
        order.vendor_orders[0].shared("paid", captured_minor=3000, returning_minor=1000),
    ]
    entry = entry_of(*story)
    amounts = [entry[n]["amount_minor"] for n in ("authorized", "captured", "voided", "refunded")]
    assert amounts == [3500, 3500, 0, 500]
    first, second = entry["shares"]
    assert (first["status"], first["returning"]["amount_minor"]) == ("paid", 1000)
    assert (second["status"], second["refunded"]["amount_minor"]) == ("refunded", 500)


def test_what_the_provider_has_refused_is_told_until_something_succeeds() -> None:
    order = an_order()
    story = [*requested(order), order.paid(PaymentDeclined, "pending", code="stolen_card")]
    assert entry_of(*story)["code"] == "stolen_card"
    story.append(order.paid(PaymentCaptured, "paid", captured_minor=3500))
    assert entry_of(*story)["code"] is None
    refused = order.paid(PaymentReturnFailed, "paid", captured_minor=3500, code="too_late")
    assert entry_of(*story, refused)["code"] == "too_late"


async def test_operators_list_by_status_and_provider_page_after_page(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    orders = [an_order() for _ in range(4)]
    provider = f"provider-{uuid4()}"
    for order in orders[:3]:
        asked = order.paid(PaymentRequested, "pending", provider=provider, created_at=NOON)
        await keep(quiet_settings, PROJECTION, *order.created(), asked)
    await keep(quiet_settings, PROJECTION, *requested(orders[3]))
    paid = orders[1].paid(PaymentCaptured, "paid", provider=provider, captured_minor=3500)
    await keep(quiet_settings, PROJECTION, paid)

    async def listed(status: str | None, provider: str | None) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            body = await list_payments(reads, CURSORS, status, provider, 2, cursor)
            page = msgspec.json.decode(body)
            found += [item["order_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    first, second, third, other = [str(order.id) for order in orders]
    assert await listed(None, provider) == [third, second, first]
    assert await listed("paid", provider) == [second]
    assert await listed("pending", provider) == [third, first]
    assert (await listed(None, None))[:4] == [other, third, second, first]
    page = msgspec.json.decode(await list_payments(reads, CURSORS, None, provider, 1, None))
    with pytest.raises(InvalidCursor):
        await list_payments(reads, CURSORS, "paid", provider, 1, page["next_cursor"])


async def test_nobody_but_the_market_reads_it(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    order = an_order()
    await keep(quiet_settings, PROJECTION, *requested(order))
    every = "SELECT order_id FROM read.payment_list_v1"
    vendor_id = order.vendor_orders[0].vendor.id
    for surface in (
        Surface(vendor_id=vendor_id),
        Surface(account_id=order.account_id),
        Surface(order_id=order.id, checkout=True),
        Surface(),
    ):
        async with reads.within(surface) as connection:
            assert await connection.fetch(every) == []
