"""The facts of the largest orders there can be fit the log."""

from functools import cache
from typing import Any

import msgspec
import pytest

from contexts.ordering.vendor_orders import NOW, a_line, a_vendor_order
from plaza.contexts.catalog.product import Media, Options, OptionValues, Url
from plaza.contexts.ordering.cart import LINE_QUANTITY_MAX, LINES_MAX
from plaza.contexts.ordering.events import (
    LINES_PER_FACT_MAX,
    VendorOrderCreated,
    VendorOrderEvent,
    VendorOrderLined,
)
from plaza.contexts.ordering.order_group import OrderGroup
from plaza.contexts.ordering.order_line import OrderLine
from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.kernel.text import Reason, Sku, Title
from plaza.outbox.append import Origin, rows_of

ORIGIN = Origin(actor="tests", command="TakeOrder", correlation_id=new_id())
LARGEST_MINOR = 2**62
# As JSON such a character takes six bytes, and nothing takes more.
COSTLY = "\x01"


def longest(kind: Any, first: str = "x") -> str:
    """The longest text of the kind, made of what takes most room."""
    (limit,) = [meta["maxLength"] for meta in [msgspec.json.schema(kind)]]
    text: str = first + COSTLY * (limit - len(first))
    assert msgspec.convert(text, kind) == text
    return text


@cache
def the_largest_texts() -> dict[str, Any]:
    """As large as the catalogue lets a line's be."""
    options = msgspec.json.schema(Options)
    values = msgspec.json.schema(OptionValues)
    name_length = options["items"]["maxLength"]
    value_length = values["additionalProperties"]["maxLength"]
    names = [str(n) + COSTLY * (name_length - 1) for n in range(options["maxItems"])]
    given = dict.fromkeys(names, COSTLY * value_length)
    assert msgspec.convert(given, OptionValues) == given
    image = longest(Url, "https://")
    assert msgspec.convert([{"url": image}], Media)
    return {"title": longest(Title), "sku": longest(Sku), "options": given, "image": image}


def the_largest_line() -> OrderLine:
    more = {"tax_minor": LARGEST_MINOR, "discount_minor": LARGEST_MINOR}
    return a_line(LINE_QUANTITY_MAX, LARGEST_MINOR, **more, **the_largest_texts())


def taken(lines: list[OrderLine]) -> list[VendorOrderEvent]:
    part = a_vendor_order(lines)
    part.account_id = new_id()
    return part.create("K7QD-M2X5", new_id(), NOW, lines)


def fits(events: list[Any]) -> bool:
    """Whether the log takes them; otherwise it says so."""
    typed: list[Event] = events
    return bool(rows_of(typed, ORIGIN))


def test_five_hundred_of_the_largest_lines_are_told() -> None:
    lines = [the_largest_line() for _ in range(LINES_MAX)]

    created, *lined = taken(lines)

    assert fits([created, *lined])
    assert isinstance(created, VendorOrderCreated)
    assert created.line_count == LINES_MAX
    told = [(fact.rank, fact.lines) for fact in lined if isinstance(fact, VendorOrderLined)]
    ranks = [rank + n for rank, piece in told for n in range(len(piece))]
    assert ranks == list(range(LINES_MAX))
    assert [line.line_id for _, piece in told for line in piece] == [line.id for line in lines]


@pytest.mark.parametrize(("count", "pieces"), [(1, 1), (20, 1), (21, 2), (500, 25)])
def test_lines_as_they_mostly_are_stand_twenty_to_a_fact(count: int, pieces: int) -> None:
    lined = taken([a_line(1, 100) for _ in range(count)])[1:]

    assert len(lined) == pieces
    assert LINES_PER_FACT_MAX == 20


def test_an_order_of_five_hundred_vendors_is_one_fact() -> None:
    totals = dict.fromkeys(
        ("subtotal_minor", "delivery_minor", "discount_minor", "tax_minor", "total_minor"),
        LARGEST_MINOR,
    )
    order = OrderGroup(
        id=new_id(),
        number="K7QD-M2X5",
        cart_id=new_id(),
        account_id=new_id(),
        address_id=new_id(),
        currency="GBP",
        **totals,
    )

    assert fits([order.create([new_id() for _ in range(LINES_MAX)], NOW)])


def test_five_hundred_lines_canceled_at_once_are_one_fact() -> None:
    part = a_vendor_order([a_line(LINE_QUANTITY_MAX, LARGEST_MINOR) for _ in range(LINES_MAX)])
    most = {line.id: LINE_QUANTITY_MAX - 1 for line in part.lines}

    assert fits([part.cancel_lines(most, longest(Reason), NOW)])
