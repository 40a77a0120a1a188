"""Much that is said about few things, in no order that a person would keep."""

from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

from plaza.contexts.catalog.events import OfferedPrice
from plaza.contexts.ordering.events import (
    LINES_PER_FACT_MAX,
    CanceledLine,
    OrderedLine,
    VendorOrderLined,
    VendorOrderLinesCanceled,
)
from plaza.kernel.event import Event
from plaza.projecting.projection import Projection
from read_models.given import an_event, an_ordered_line

THINGS_A_KIND = 8
QUANTITY = 5
TOLD_TWICE_SHARE = 0.25
GUESTS_SHARE = 0.25
CURRENCIES = ("GBP", "EUR", "JPY")


class Chatter:
    """Tells events of all types that some projections know, about a few aggregates.

    The versions of each aggregate go up, and what has a slug says it first; which products, offers
    and vendors belong together is left to chance, so that folds meet facts in every order.
    """

    def __init__(self, random: Random, *projections: Projection) -> None:
        self._random = random
        known = {name: kind for p in projections for name, kind in p.events().items()}
        self._kinds = list(known.values())
        self._named = {k.AGGREGATE: k for k in self._kinds if "slug" in k.__struct_fields__}
        self._told_once = {d.key for p in projections for d in p.documents if d.is_told_once}
        self._versions: Counter[UUID] = Counter()

    def tells(self, length: int) -> list[Event]:
        """The next so many events."""
        return [self._remark(self._random.choice(self._kinds)) for _ in range(length)]

    def _remark(self, kind: type[Event]) -> Event:
        aggregate_id = _thing(self._random, f"{kind.AGGREGATE}_id")
        if not self._versions[aggregate_id]:
            kind = self._named.get(kind.AGGREGATE, kind)
        fields = [name for name in kind.__struct_fields__ if name.endswith("_id")]
        ids: dict[str, Any] = {name: _thing(self._random, name) for name in fields}
        if "account_id" in ids and self._random.random() < GUESTS_SHARE:
            ids["account_id"] = None
        ids |= {name: UUID(int=self._random.getrandbits(128)) for name in self._told_once & {*ids}}
        ids[f"{kind.AGGREGATE}_id"] = aggregate_id
        said = _said(self._random, kind, aggregate_id)
        return an_event(kind, **ids, **said, version=self._next_version(aggregate_id))

    def _next_version(self, aggregate_id: UUID) -> int:
        """One more, and sometimes the same: one change may be told by two events."""
        if not self._versions[aggregate_id] or self._random.random() >= TOLD_TWICE_SHARE:
            self._versions[aggregate_id] += 1
        return self._versions[aggregate_id]


def _said(random: Random, kind: type[Event], aggregate_id: UUID) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "slug" in kind.__struct_fields__:
        said["slug"] = f"slug-{aggregate_id}"
    if "prices" in kind.__struct_fields__:
        currencies = random.sample(CURRENCIES, random.randint(1, len(CURRENCIES)))
        said["prices"] = [OfferedPrice(currency, random.randint(1, 3)) for currency in currencies]
    if kind is VendorOrderLined:
        said["rank"] = random.choice((0, LINES_PER_FACT_MAX))
        said["lines"] = [_a_line(random) for _ in range(random.randint(1, 3))]
    if kind is VendorOrderLinesCanceled:
        line_id, canceled = _thing(random, "line_id"), random.randint(0, QUANTITY)
        said["lines"] = [CanceledLine(line_id=line_id, canceled_quantity=canceled)]
    return said


def _a_line(random: Random) -> OrderedLine:
    return an_ordered_line(line_id=_thing(random, "line_id"), quantity=QUANTITY)


def _thing(random: Random, name: str) -> UUID:
    kind = "category_id" if name == "parent_id" else name
    return UUID(bytes=f"{kind:.<15}{random.randrange(THINGS_A_KIND)}".encode()[-16:])
