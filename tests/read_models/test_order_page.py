"""What the page of an order says of it, of its vendor orders and of its payment."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from plaza.contexts.ordering.events import ENDINGS, VendorOrderEnded, VendorOrderStatus
from plaza.contexts.payments.events import (
    NextAction,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    PaymentRequested,
)
from plaza.kernel.event import Event
from plaza.read_models.order_page.projection import PROJECTION
from read_models.catalogue import AVendor
from read_models.given import given
from read_models.orders import NOON, AnOrder, a_line, an_order_of_two, pounds


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
