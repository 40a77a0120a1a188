"""What the log says, folded position by position: pure."""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from oversell_plaza.buyer import SoldOut
from oversell_plaza.log_watch import Sightings


class Fact(msgspec.Struct, frozen=True):
    """One fact of the log.

    Attributes:
        created_at: when its row was inserted, which was before its commit.
    """

    position: int
    type: str
    created_at: float
    payload: dict[str, Any]


class Violation(msgspec.Struct, frozen=True):
    """An invariant that does not hold, and what shows it."""

    invariant: str
    evidence: str


class Row(msgspec.Struct):
    """A stock row as its movements make it."""

    on_hand: int = 0
    reserved: int = 0


class History:
    """Takes facts in the order of the log and says at each what does not hold.

    Attributes:
        rows: the stock rows of the offers, by id.
        sold: units in orders that were placed, by offer.
        placed: how often each order was placed.
        changes: what became of the available units of each offer: (from when, how many).
    """

    def __init__(self, units: Mapping[str, int], sightings: Sightings) -> None:
        self.rows: dict[str, Row] = defaultdict(Row)
        self.sold: Counter[str] = Counter()
        self.placed: Counter[str] = Counter()
        self.changes: dict[str, list[tuple[float, int]]] = {offer: [] for offer in units}
        self._units = units
        self._sightings = sightings
        self.offer_of: dict[str, str] = {}
        self._lines: dict[str, Counter[str]] = defaultdict(Counter)

    def take(self, facts: Iterable[Fact]) -> Iterator[Violation]:
        for fact in facts:
            if fact.type.startswith("inventory.stock_moved."):
                yield from self._moved(fact)
            elif fact.type.startswith("ordering.vendor_order_lined."):
                self._lined(fact)
            elif fact.type.startswith("ordering.order_placed."):
                yield from self._placed(fact)

    def reserved(self, offer_id: str) -> int:
        return sum(self._rows_of(offer_id, "reserved"))

    def on_hand(self, offer_id: str) -> int:
        return sum(self._rows_of(offer_id, "on_hand"))

    def is_available(self, offer_id: str) -> bool:
        return self.on_hand(offer_id) > self.reserved(offer_id)

    def is_false(self, answer: SoldOut) -> bool:
        """Whether as many as were asked for were free all the time in which that was denied.

        A reservation counts from the beginning of its transaction, which is the earliest moment
        from which others may have met its lock or its row; a release from when its fact could be
        read by others, which is the latest moment at which it had committed. So units that a
        payment without outcome still held are not free, and a doubtful case is no false answer.
        """
        return self._free_least(answer) >= answer.requested

    def _free_least(self, answer: SoldOut) -> int:
        """The fewest units that may have been free between question and answer."""
        free, least = 0, None
        for at, change in self.changes[answer.offer_id]:
            if at > answer.answered_at:
                break
            if at > answer.sent_at and least is None:
                least = free
            free += change
            if least is not None:
                least = min(least, free)
        return free if least is None else least

    def _moved(self, fact: Fact) -> Iterator[Violation]:
        moved = fact.payload
        offer_id, stock_id = moved["offer_id"], moved["stock_id"]
        if offer_id not in self._units:
            return
        row = self.rows[stock_id]
        self.offer_of[stock_id] = offer_id
        row.on_hand += moved["on_hand_delta"]
        row.reserved += moved["reserved_delta"]
        self._note_change(fact, moved["on_hand_delta"] - moved["reserved_delta"])
        at = f"position {fact.position}, stock row {stock_id}: {moved}"
        if (row.on_hand, row.reserved) != (moved["on_hand"], moved["reserved"]):
            yield Violation("a fact's stock is the sum of its movements", f"{row} at {at}")
        if not 0 <= row.reserved <= row.on_hand:
            yield Violation("0 ≤ reserved ≤ on hand", at)

    def _note_change(self, fact: Fact, change: int) -> None:
        began_at = fact.payload.get("moved_at")
        if change < 0 and began_at is not None:
            at = min(datetime.fromisoformat(began_at).timestamp(), fact.created_at)
        else:
            at = self._sightings.committed_by(fact.position) if change > 0 else fact.created_at
        insort(self.changes[fact.payload["offer_id"]], (at, change))

    def _lined(self, fact: Fact) -> None:
        for line in fact.payload["lines"]:
            self._lines[fact.payload["order_id"]][line["offer_id"]] += line["quantity"]

    def _placed(self, fact: Fact) -> Iterator[Violation]:
        order_id = fact.payload["order_id"]
        self.placed[order_id] += 1
        for offer_id, quantity in self._lines[order_id].items():
            if offer_id not in self._units:
                continue
            self.sold[offer_id] += quantity
            sold, units = self.sold[offer_id], self._units[offer_id]
            at = f"position {fact.position}, offer {offer_id}, order {order_id}"
            if sold > units:
                yield Violation("no more is sold than there is", f"{sold} of {units} at {at}")
            if sold > self.reserved(offer_id):
                reserved = self.reserved(offer_id)
                yield Violation("what is sold is reserved", f"{sold} sold, {reserved} at {at}")

    def _rows_of(self, offer_id: str, name: str) -> Iterator[int]:
        for stock_id, row in self.rows.items():
            if self.offer_of[stock_id] == offer_id:
                yield getattr(row, name)
