"""What is told, written, shown and charged: each kind of disagreement is found."""

import random
from typing import Any

from buying_plaza.sandbox import Charge
from buying_plaza.shopper import Line, ShortLine
from oversell_plaza import judging
from oversell_plaza.buyer import SoldOut, Story, plans, without_short
from oversell_plaza.history import History, Row, Violation
from oversell_plaza.log_watch import Sightings
from oversell_plaza.records import OrderRecord, StockRecord

PLACED = OrderRecord("o1", "P-1", "c1", "placed", 500)
FAILED = OrderRecord("o2", "P-2", "c1", "failed", 500)


def a_history(*, sold: int, reserved: int) -> History:
    history = History({"offer": 2}, Sightings())
    history.rows["row"] = Row(on_hand=2, reserved=reserved)
    history.offer_of["row"] = "offer"
    history.sold["offer"] = sold
    history.placed["o1"] = 1
    return history


def a_charge(**changes: Any) -> Charge:
    charge: dict[str, Any] = {
        "reference": "ch",
        "order_number": "P-1",
        "status": "approved",
        "amount_minor": 500,
        "captured_minor": 500,
        "voided_minor": 0,
        "refunded_minor": 0,
    }
    return Charge(**(charge | changes))


def invariants(found: list[Violation]) -> list[str]:
    return [violation.invariant for violation in found]


def test_orders_that_are_all_there_once_are_no_violation() -> None:
    history = a_history(sold=2, reserved=2)

    assert list(judging.of_orders(["o1"], [PLACED, FAILED], history)) == []


def test_an_order_that_somebody_was_told_of_and_that_is_not_there_is_found() -> None:
    history = a_history(sold=2, reserved=2)

    found = list(judging.of_orders(["o1", "lost"], [PLACED], history))

    assert invariants(found) == ["orders are told of once"]
    assert "lost" in found[0].evidence


def test_an_order_that_nobody_was_told_of_is_found() -> None:
    found = list(judging.of_orders([], [PLACED], a_history(sold=2, reserved=2)))

    assert invariants(found) == ["orders are told of once"]


def test_two_orders_of_one_cart_are_found() -> None:
    history = a_history(sold=2, reserved=2)
    history.placed["o3"] = 1
    twin = OrderRecord("o3", "P-3", "c1", "placed", 500)

    found = list(judging.of_orders(["o1", "o3"], [PLACED, twin], history))

    assert invariants(found) == ["orders are one order a cart"]


def test_a_unit_that_nobody_bought_is_found() -> None:
    row = StockRecord("row", on_hand=2, reserved=1, moved=2, held=1)

    found = list(judging.of_stock({"offer": 2}, a_history(sold=1, reserved=1), [row]))

    assert invariants(found) == ["all units are sold"]


def test_a_unit_that_stays_reserved_for_nobody_is_found() -> None:
    row = StockRecord("row", on_hand=2, reserved=2, moved=2, held=2)

    found = list(judging.of_stock({"offer": 2}, a_history(sold=1, reserved=2), [row]))

    assert invariants(found) == [
        "once all is settled, what is reserved is sold",
        "all units are sold",
    ]


def test_a_stock_row_that_is_not_the_sum_of_its_movements_is_found() -> None:
    row = StockRecord("row", on_hand=2, reserved=2, moved=3, held=2)

    found = list(judging.of_stock({"offer": 2}, a_history(sold=2, reserved=2), [row]))

    assert invariants(found) == ["on hand is the sum of the movements"]


def test_a_second_charge_and_one_for_nothing_are_found() -> None:
    charges = [a_charge(), a_charge(reference="again"), a_charge(order_number="P-2")]

    found = list(judging.of_charges([PLACED, FAILED], charges))

    assert len(found) == 2


def test_a_refunded_or_declined_charge_keeps_nothing() -> None:
    charges = [
        a_charge(),
        a_charge(reference="declined", status="declined", captured_minor=0),
        a_charge(order_number="P-2", refunded_minor=500),
        a_charge(order_number="P-2", captured_minor=0, voided_minor=500),
    ]

    assert list(judging.of_charges([PLACED, FAILED], charges)) == []


def test_an_answer_that_nobody_may_get_is_found() -> None:
    sold_out = SoldOut("offer", 1, 0, 1.0, 2.0)
    history = a_history(sold=2, reserved=2)
    history.changes["offer"] = [(0.0, 2)]

    found = list(judging.of_answers([Story(surprises=["500"], sold_out=[sold_out])], history))

    assert invariants(found) == [
        "every answer is one that a shopper may get",
        "nothing is called sold out that is free",
    ]


def test_a_buyer_wants_less_of_what_is_short_and_nothing_of_what_is_gone() -> None:
    wanted = [Line("a", 3), Line("b", 1), Line("c", 2)]
    short = [ShortLine("a", 3, 2), ShortLine("b", 1, 0)]

    assert without_short(wanted, short) == [Line("a", 2), Line("c", 2)]


def test_the_same_seed_makes_the_same_plans() -> None:
    chances = (random.Random(seed) for seed in (1, 1, 2))  # noqa: S311  repeatable, not secret
    first, second, other = (plans(chance, 50, ["a", "b"], 5.0) for chance in chances)

    assert first == second != other
