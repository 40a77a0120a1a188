"""Holds what was answered, what was written, what is shown and what was charged together: pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from buying_plaza.sandbox import Charge

from oversell_plaza.buyer import Story
from oversell_plaza.history import History, Violation
from oversell_plaza.records import OrderRecord, StockRecord

EVIDENCE_MAX = 5


def of_answers(stories: Iterable[Story], history: History) -> Iterator[Violation]:
    for story in stories:
        for surprise in story.surprises:
            yield Violation("every answer is one that a shopper may get", surprise)
        for answer in story.sold_out:
            if history.is_false(answer):
                yield Violation("nothing is called sold out that is free", str(answer))


def of_stock(
    units: Mapping[str, int], history: History, rows: Iterable[StockRecord]
) -> Iterator[Violation]:
    """The tables agree with the log, and nothing is left: who came last wanted all of it."""
    for row in rows:
        folded = history.rows[row.stock_id]
        if (folded.on_hand, folded.reserved) != (row.on_hand, row.reserved):
            yield Violation("the stock row is what its facts say", f"{folded} but {row}")
        if row.on_hand != row.moved:
            yield Violation("on hand is the sum of the movements", str(row))
        if row.reserved != row.held:
            yield Violation("reserved is the sum of the reservations", str(row))
    for offer_id, count in units.items():
        sold, reserved = history.sold[offer_id], history.reserved(offer_id)
        if sold != reserved:
            found = f"offer {offer_id}: {sold} sold, {reserved} reserved"
            yield Violation("once all is settled, what is reserved is sold", found)
        if sold != count:
            yield Violation("all units are sold", f"offer {offer_id}: {sold} of {count}")


def of_orders(
    acknowledged: Sequence[str], orders: Sequence[OrderRecord], history: History
) -> Iterator[Violation]:
    """Every order that somebody was told of is there once, and no other."""
    told, written = Counter(acknowledged), Counter(order.order_id for order in orders)
    placed = {order.order_id for order in orders if order.status == "placed"}
    yield from _differences("told of once", told, dict.fromkeys(placed, 1))
    yield from _differences("written once", written, dict.fromkeys(written, 1))
    in_log = {order_id: history.placed[order_id] for order_id in written}
    yield from _differences("placed once in the log", in_log, dict.fromkeys(placed, 1))
    carts = Counter(order.cart_id for order in orders if order.status == "placed")
    yield from _differences("one order a cart", carts, dict.fromkeys(carts, 1))


def of_charges(orders: Sequence[OrderRecord], charges: Iterable[Charge]) -> Iterator[Violation]:
    """A placed order was paid once and in full; for others nothing is kept."""
    by_order: dict[str, list[Charge]] = {}
    for charge in charges:
        by_order.setdefault(charge.order_number, []).append(charge)
    for order in orders:
        made = by_order.get(order.number, [])
        kept = [charge.kept_minor for charge in made if charge.kept_minor]
        wanted = [order.total_minor] if order.status == "placed" else []
        if kept != wanted:
            found = f"order {order.number} ({order.status}), kept {kept}, wanted {wanted}: {made}"
            yield Violation("one charge an order, none for those that failed", found)


def of_lists(
    what: str, shown: Mapping[str, int], expected: Mapping[str, int]
) -> Iterator[Violation]:
    """A read model shows each of these as often as expected, and nothing else."""
    yield from _differences(f"shown as they are in {what}", shown, expected)


def _differences(
    what: str, found: Mapping[str, int], wanted: Mapping[str, int]
) -> Iterator[Violation]:
    wrong = [key for key in {*found, *wanted} if found.get(key, 0) != wanted.get(key, 0)]
    for key in sorted(wrong)[:EVIDENCE_MAX]:
        counts = f"{key}: {found.get(key, 0)} and not {wanted.get(key, 0)}"
        yield Violation(f"orders are {what}", f"{counts} ({len(wrong)} such)")
