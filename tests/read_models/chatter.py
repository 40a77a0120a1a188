"""Much that is said about few things, in no order that a person would keep."""

from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

from plaza.contexts.catalog.events import OfferedPrice
from plaza.kernel.event import Event
from plaza.projecting.projection import Projection
from read_models.given import an_event

THINGS_A_KIND = 8
TOLD_TWICE_SHARE = 0.25
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
        self._versions: Counter[UUID] = Counter()

    def tells(self, length: int) -> list[Event]:
        """The next so many events."""
        return [self._remark(self._random.choice(self._kinds)) for _ in range(length)]

    def _remark(self, kind: type[Event]) -> Event:
        aggregate_id = _thing(self._random, f"{kind.AGGREGATE}_id")
        if not self._versions[aggregate_id]:
            kind = self._named.get(kind.AGGREGATE, kind)
        fields = [name for name in kind.__struct_fields__ if name.endswith("_id")]
        ids = {name: _thing(self._random, name) for name in fields}
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
    return said


def _thing(random: Random, name: str) -> UUID:
    kind = "category_id" if name == "parent_id" else name
    return UUID(bytes=f"{kind:.<15}{random.randrange(THINGS_A_KIND)}".encode()[-16:])
