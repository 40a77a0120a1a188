"""Every line of the file is sold, canceled, or named; not a penny is lost on the way."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from replay_retail_plaza import planning
from replay_retail_plaza.invoices import (
    FRACTION,
    FREE,
    NO_ARTICLE,
    NO_INVOICE,
    WRITE_OFF,
    Article,
    InvoiceLine,
    lines_in,
    read_lines,
    why_not,
)
from replay_retail_plaza.planning import Plan, PlannedCancellation, plan_of, vendor_of
from replay_retail_plaza.sums import Entry, Sums, residuals, sums_of_file, sums_shown, whole

DAY = date(2010, 12, 1)
LANTERN = Article("71053", 339)


def a_line(**changes: Any) -> InvoiceLine:
    line: dict[str, Any] = {
        "number": 1,
        "invoice": "536365",
        "code": "71053",
        "quantity": 6,
        "day": DAY,
        "price": Decimal("3.39"),
        "customer": "17850",
    }
    return InvoiceLine(**(line | changes))


def test_a_line_is_read_as_it_stands() -> None:
    text = [
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
    ]

    assert list(lines_in(text)) == [a_line()]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"invoice": "C536365", "quantity": -1}, None),
        ({"code": "DCGS0076"}, None),
        ({"code": "m"}, NO_ARTICLE),
        ({"code": "BANK CHARGES"}, NO_ARTICLE),
        ({"price": Decimal("0.0")}, FREE),
        ({"price": Decimal("0.001")}, FRACTION),
        ({"quantity": -1}, WRITE_OFF),
        ({"invoice": "A563185"}, NO_INVOICE),
    ],
)
def test_what_cannot_be_an_order_has_a_reason(
    changes: dict[str, object], reason: str | None
) -> None:
    assert why_not(a_line(**changes)) == reason


def test_repeated_lines_of_an_article_are_one_line_of_the_order() -> None:
    plan = plan_of([a_line(), a_line(number=2, quantity=4)])

    assert [order.quantities for order in plan.orders] == [{LANTERN: 10}]


def test_an_invoice_of_more_lines_than_a_cart_takes_is_several_orders() -> None:
    plan = plan_of(a_line(code=str(code)) for code in range(10_000, 10_674))

    assert [len(order.quantities) for order in plan.orders] == [500, 174]


def taken_back(quantity: int, **changes: object) -> InvoiceLine:
    return a_line(**({"invoice": "C536379", "quantity": -quantity} | changes))


def test_a_cancellation_takes_from_what_the_customer_bought_last() -> None:
    plan = plan_of([a_line(), a_line(invoice="536366", quantity=2), taken_back(3)])

    assert plan.cancellations == [
        PlannedCancellation(order=1, article=LANTERN, quantity=2, after=2),
        PlannedCancellation(order=0, article=LANTERN, quantity=1, after=2),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (taken_back(7), planning.TOO_MANY),
        (taken_back(1, customer="12583"), planning.UNMATCHED),
        (taken_back(1, price=Decimal("3.40")), planning.UNMATCHED),
        (taken_back(1, customer=""), planning.NOBODYS),
    ],
)
def test_a_cancellation_that_matches_nothing_is_named(line: InvoiceLine, reason: str) -> None:
    plan = plan_of([a_line(), line])

    assert plan.cancellations == []
    assert {name: left.lines for name, left in plan.left_out.items()} == {reason: 1}


def test_nothing_is_taken_back_before_it_is_sold_and_nothing_twice() -> None:
    before = plan_of([taken_back(1), a_line()])
    twice = plan_of([a_line(quantity=1), taken_back(1), taken_back(1, invoice="C536380")])

    assert before.cancellations == []
    assert len(twice.cancellations) == 1


def test_sales_and_cancellations_come_in_the_order_of_the_file() -> None:
    plan = plan_of([a_line(), taken_back(1), a_line(invoice="536366"), taken_back(2)])

    kinds = ["sale" if hasattr(item, "day") else "back" for item in plan.in_turn()]

    assert kinds == ["sale", "back", "sale", "back"]


@pytest.fixture(scope="module")
def december() -> Plan:
    return plan_of(read_lines())


def test_december_is_explained_to_the_penny(december: Plan) -> None:
    file = whole(sums_of_file(december, 52).values())
    named = sum(left.amount for left in december.left_out.values())

    assert december.total == Decimal("748957.02")
    assert Decimal(file.sold_minor - file.canceled_minor) / 100 + named == december.total
    assert len(december.orders) == 1564
    assert sum(left.lines for left in december.left_out.values()) == 876


def entries_of(plan: Plan, vendors: int) -> Iterator[list[Entry]]:
    """Queues as they should be shown."""
    for vendor in range(vendors):
        own = [
            Entry(
                str(order.number),
                sum(
                    article.price_minor * quantity
                    for article, quantity in order.quantities.items()
                    if vendor_of(article.code, vendors) == vendor
                ),
                0,
            )
            for order in plan.orders
        ]
        yield [entry for entry in own if entry.total_minor]


def test_queues_that_show_what_was_planned_leave_no_residual() -> None:
    plan = plan_of([a_line(), a_line(code="22423"), a_line(invoice="536366")])
    planned = {str(order.number): order for order in plan.orders}

    shown = sums_shown(entries_of(plan, 3), planned)

    assert residuals(shown, sums_of_file(plan, 3)) == {}


def test_a_missing_penny_is_a_residual() -> None:
    plan = plan_of([a_line()])
    queues = [[Entry("0", 6 * 339 - 1, 0)]]

    shown = sums_shown(queues, {"0": plan.orders[0]})

    assert residuals(shown, sums_of_file(plan, 1)) == {(0, DAY): Sums(-1, 0)}
