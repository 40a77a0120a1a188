"""The harness must see what it is there for: each of its invariants is broken once here."""

from typing import Any

import pytest
from oversell_plaza.buyer import SoldOut
from oversell_plaza.history import Fact, History
from oversell_plaza.log_watch import Sightings

OFFER, ROW = "offer", "row"
SEEN = Sightings(times=[10.0, 20.0, 30.0], positions=[1, 2, 3])


def moved(position: int, *, at: float = 0.0, on_hand: int = 0, reserved: int = 0) -> Fact:
    payload = {
        "offer_id": OFFER,
        "stock_id": ROW,
        "on_hand_delta": on_hand,
        "reserved_delta": reserved,
    }
    return Fact(position, "inventory.stock_moved.v1", at, payload)


def told(facts: list[Fact]) -> list[Fact]:
    """The facts, each with what it left of the row."""
    on_hand = reserved = 0
    for fact in facts:
        if "stock_id" in fact.payload:
            on_hand += fact.payload["on_hand_delta"]
            reserved += fact.payload["reserved_delta"]
            fact.payload.update(on_hand=on_hand, reserved=reserved)
    return facts


def bought(position: int, order_id: str, quantity: int) -> list[Fact]:
    lines = {"order_id": order_id, "lines": [{"offer_id": OFFER, "quantity": quantity}]}
    placed = {"order_id": order_id}
    return [
        Fact(position, "ordering.vendor_order_lined.v1", 0.0, lines),
        Fact(position + 1, "ordering.order_placed.v1", 0.0, placed),
    ]


def invariants(facts: list[Fact], units: int = 2) -> list[str]:
    history = History({OFFER: units}, SEEN)
    return [violation.invariant for violation in history.take(facts)]


def test_what_adds_up_is_no_violation() -> None:
    facts = [moved(1, on_hand=2), moved(2, reserved=2), *bought(3, "order", 2)]

    assert invariants(told(facts)) == []


def test_a_fact_that_is_not_the_sum_of_its_movements_is_found() -> None:
    facts = told([moved(1, on_hand=2), moved(2, reserved=1)])
    facts[1].payload["reserved"] = 2

    assert invariants(facts) == ["a fact's stock is the sum of its movements"]


@pytest.mark.parametrize("reserved", [-1, 3])
def test_a_reservation_of_what_is_not_there_is_found(reserved: int) -> None:
    facts = told([moved(1, on_hand=2), moved(2, reserved=reserved)])

    assert invariants(facts) == ["0 ≤ reserved ≤ on hand"]


def test_one_unit_too_many_is_found() -> None:
    facts = told([moved(1, on_hand=2), moved(2, reserved=2), *bought(3, "order", 3)])

    assert invariants(facts) == ["no more is sold than there is", "what is sold is reserved"]


def test_a_sale_of_what_is_not_reserved_is_found() -> None:
    facts = told([moved(1, on_hand=2), *bought(2, "order", 1)])

    assert invariants(facts) == ["what is sold is reserved"]


def sold_out(sent_at: float, answered_at: float, requested: int = 1) -> SoldOut:
    return SoldOut(OFFER, requested, 0, sent_at, answered_at)


def a_history(*facts: Fact) -> History:
    history = History({OFFER: 2}, SEEN)
    assert list(history.take(told(list(facts)))) == []
    return history


def test_sold_out_is_false_where_enough_was_free_from_question_to_answer() -> None:
    history = a_history(moved(1, on_hand=2), moved(2, at=50.0, reserved=2))

    assert history.is_false(sold_out(40.0, 45.0, requested=2))
    assert not history.is_false(sold_out(40.0, 45.0, requested=3))


@pytest.mark.parametrize(("sent_at", "answered_at"), [(40.0, 55.0), (55.0, 60.0)])
def test_sold_out_is_no_false_answer_once_a_reservation_may_have_begun(
    sent_at: float, answered_at: float
) -> None:
    history = a_history(moved(1, on_hand=2), moved(2, at=50.0, reserved=2))

    assert not history.is_false(sold_out(sent_at, answered_at))


def test_what_was_released_is_free_only_when_it_could_be_seen() -> None:
    reserved, released = moved(2, at=11.0, reserved=2), moved(3, at=12.0, reserved=-2)
    history = a_history(moved(1, on_hand=2), reserved, released)

    assert not history.is_false(sold_out(29.0, 40.0))
    assert history.is_false(sold_out(31.0, 40.0))


def test_a_reservation_counts_from_the_beginning_of_its_transaction() -> None:
    reserved = moved(2, at=50.0, reserved=2)
    reserved.payload["moved_at"] = "1970-01-01T00:00:44+00:00"
    history = a_history(moved(1, on_hand=2), reserved)

    assert not history.is_false(sold_out(43.0, 45.0))


def test_a_position_is_known_to_be_committed_when_it_or_a_later_one_was_seen() -> None:
    seen = Sightings()
    for at, position in ((1.0, 0), (2.0, 5), (3.0, 5), (4.0, 9)):
        seen.add(at, position)

    times: dict[int, Any] = {position: seen.committed_by(position) for position in (0, 1, 5, 6, 10)}

    assert times == {0: 1.0, 1: 2.0, 5: 2.0, 6: 4.0, 10: float("inf")}
