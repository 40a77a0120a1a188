"""The rules of orders and their vendors' parts: which moves there are, and what canceling costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexts.ordering.vendor_orders import NOW, a_line, a_vendor_order
from plaza.contexts.ordering import order_group, vendor_order
from plaza.contexts.ordering.events import (
    OrderStatus,
    VendorOrderCanceled,
    VendorOrderLinesCanceled,
    VendorOrderStatus,
)
from plaza.contexts.ordering.order_group import OrderGroup
from plaza.contexts.ordering.order_line import TooManyCanceled
from plaza.contexts.ordering.vendor_order import AcceptanceOver, VendorOrder
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import IllegalTransition, NotThere

HOUR = timedelta(hours=1)
ORDER_MOVES: dict[OrderStatus, set[OrderStatus]] = {
    "pending": {"placed", "failed", "canceled"},
    "placed": {"canceled"},
    "canceled": set(),
    "failed": set(),
}
# Of DOMAIN's table; what was never accepted can be canceled too, by either side.
PART_MOVES: dict[VendorOrderStatus, set[VendorOrderStatus]] = {
    "pending": {"pending_acceptance", "accepted", "canceled", "failed"},
    "pending_acceptance": {"accepted", "declined", "expired", "canceled"},
    "accepted": {"completed", "canceled"},
    "completed": set(),
    "declined": set(),
    "expired": set(),
    "canceled": set(),
    "failed": set(),
}
ORDER_ACTS: dict[OrderStatus, Callable[[OrderGroup], Any]] = {
    "placed": lambda order: order.place(NOW),
    "failed": lambda order: order.fail("card_declined"),
    "canceled": lambda order: order.cancel(None, NOW),
}
PART_ACTS: dict[str, tuple[VendorOrderStatus, Callable[[VendorOrder], Any]]] = {
    "place": ("accepted", lambda part: part.place(NOW, None)),
    "place to be accepted": ("pending_acceptance", lambda part: part.place(NOW, NOW + HOUR)),
    "accept": ("accepted", lambda part: part.accept(NOW)),
    "decline": ("declined", lambda part: part.end("declined", None, NOW)),
    "expire": ("expired", lambda part: part.end("expired", None, NOW)),
    "cancel": ("canceled", lambda part: part.end("canceled", None, NOW)),
    "fail": ("failed", lambda part: part.end("failed", None, NOW)),
    "cancel a unit": (
        "canceled",
        lambda part: part.cancel_lines({part.lines[0].id: 1}, None, NOW),
    ),
}
LINES = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 10**12)).map(lambda line: a_line(*line)),
    min_size=1,
    max_size=6,
)


def an_order(status: OrderStatus) -> OrderGroup:
    return OrderGroup(id=new_id(), account_id=None, status=status, version=1)


def test_the_tables_of_moves_are_closed() -> None:
    assert {state: set(to) for state, to in order_group.MOVES.items()} == ORDER_MOVES
    assert {state: set(to) for state, to in vendor_order.MOVES.items()} == PART_MOVES


@pytest.mark.parametrize("wanted", ORDER_ACTS)
@pytest.mark.parametrize("status", ORDER_MOVES)
def test_an_order_moves_by_its_table_only(status: OrderStatus, wanted: OrderStatus) -> None:
    order = an_order(status)
    if wanted in ORDER_MOVES[status]:
        assert ORDER_ACTS[wanted](order).version == 2
        assert order.status == wanted
        return

    with pytest.raises(IllegalTransition) as refused:
        ORDER_ACTS[wanted](order)

    assert (refused.value.status, refused.value.code) == (409, "illegal_transition")
    told = {"from": status, "to": wanted, "allowed": list(order_group.MOVES[status])}
    assert refused.value.members == told
    assert (order.status, order.version) == (status, 1)


@pytest.mark.parametrize("act", PART_ACTS)
@pytest.mark.parametrize("status", PART_MOVES)
def test_a_vendor_order_moves_by_its_table_only(status: VendorOrderStatus, act: str) -> None:
    part = a_vendor_order([a_line(1, 100)], status)
    wanted, acts = PART_ACTS[act]
    if wanted in PART_MOVES[status]:
        assert acts(part).version == 2
        assert part.status == wanted
        return

    with pytest.raises(IllegalTransition) as refused:
        acts(part)

    assert refused.value.members["from"] == status
    assert refused.value.members["to"] == wanted
    assert (part.status, part.version, part.canceled_minor) == (status, 1, 0)
    assert part.lines[0].canceled_quantity == 0


def test_what_waits_for_acceptance_is_accepted_until_its_time_is_over() -> None:
    early, late = (a_vendor_order([a_line(1, 100)], "pending") for _ in range(2))
    for part in (early, late):
        assert part.place(NOW, NOW + HOUR).accept_by == NOW + HOUR

    early.accept(NOW + HOUR - timedelta(microseconds=1))
    with pytest.raises(AcceptanceOver):
        late.accept(NOW + HOUR)

    assert (early.status, early.accept_by) == ("accepted", None)
    assert (late.status, late.accept_by) == ("pending_acceptance", NOW + HOUR)


def test_a_line_of_another_vendor_order_is_not_there_and_nothing_is_canceled() -> None:
    part = a_vendor_order([a_line(3, 100)])

    with pytest.raises(NotThere):
        part.cancel_lines({part.lines[0].id: 1, uuid4(): 1}, None, NOW)

    assert part.lines[0].left == 3


def test_no_more_of_a_line_is_canceled_than_is_left() -> None:
    part = a_vendor_order([a_line(3, 100)])
    part.cancel_lines({part.lines[0].id: 2}, None, NOW)

    with pytest.raises(TooManyCanceled) as refused:
        part.cancel_lines({part.lines[0].id: 2}, None, NOW)

    assert refused.value.members == {"line_id": str(part.lines[0].id), "left": 1}


@given(lines=LINES, delivery_minor=st.integers(0, 10_000), data=st.data())
def test_what_is_canceled_in_pieces_is_the_whole_to_the_last_unit(
    lines: list[Any], delivery_minor: int, data: st.DataObject
) -> None:
    part = a_vendor_order(lines, delivery_minor=delivery_minor)
    before = 0
    while not part.is_over:
        left = [line for line in part.lines if line.left]
        chosen = data.draw(st.lists(st.sampled_from(left), min_size=1, unique=True))
        taken = {line.id: data.draw(st.integers(1, line.left)) for line in chosen}

        fact = part.cancel_lines(taken, None, NOW)

        assert isinstance(fact, VendorOrderLinesCanceled | VendorOrderCanceled)
        assert fact.canceled_minor == part.canceled_minor
        assert before <= part.canceled_minor <= part.total_minor
        before = part.canceled_minor
        if isinstance(fact, VendorOrderLinesCanceled):
            assert part.canceled_minor == sum(
                line.total_minor * line.canceled_quantity // line.quantity for line in lines
            )
            assert {line.line_id for line in fact.lines} == taken.keys()
    assert part.canceled_minor == part.total_minor
    assert all(line.left == 0 for line in part.lines)
