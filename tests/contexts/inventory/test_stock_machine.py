"""Whatever happens to stock in whatever order: what rows say is what has happened to them."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from contexts.inventory.stockroom import LONG_AGO, Stockroom, a_stockroom
from plaza.contexts.inventory.commands.reserve_stock import InsufficientStock
from plaza.contexts.inventory.stock import BelowReserved
from plaza.kernel.ids import new_id
from plaza.settings import Settings
from plaza.writing.unit_of_work import UnitOfWork

UNITS = st.integers(1, 9)
WHICH = st.integers(0, 3)
PLACE = st.sampled_from(["Default", "warehouse"])
OFFERS = 4
EXAMPLES = 20
STEPS = 25


class Crash(Exception):  # noqa: N818  not an error: what is tried
    """The process ends before its transaction does."""


async def crashes(_: UnitOfWork) -> None:
    raise Crash


class StockMachine(RuleBasedStateMachine):
    """Commands in any order, against a model of what they may answer."""

    loop: ClassVar[asyncio.Runner]
    stockroom: ClassVar[Stockroom]

    orders = Bundle("orders")
    carts = Bundle("carts")

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(coroutine)

    @initialize(levels=st.lists(st.integers(0, 20), min_size=OFFERS, max_size=OFFERS))
    def open(self, levels: list[int]) -> None:
        """A vendor of its own, with a hot offer, and one that is sold beyond what is there."""
        room = StockMachine.stockroom
        self.room = Stockroom(room.runner, room.database, new_id())
        self.offers: list[UUID] = self.run(self.room.opens(*levels))
        self.run(self.room.stocks(self.offers[0], 1, buckets=4))
        self.run(self.room.stocks(self.offers[1], 1, allows_backorder=True))
        self.versions = [2, 2, 1, 1]
        warehouse = self.run(self.room.opens_location("warehouse"))
        self.places: dict[str, UUID | None] = {"Default": None, "warehouse": warehouse}

    def available(self, offer_id: UUID) -> int:
        on_hand, reserved, _ = self.run(self.room.levels(offer_id))
        return int(on_hand - reserved)

    # Rules give their ids to others also where they were refused: what may come next must not
    # depend on who of two was the first.
    @rule(target=orders, wanted=st.dictionaries(WHICH, UNITS, min_size=1))
    def order(self, wanted: dict[int, int]) -> UUID:
        """Reserved if, and only if, there is enough of everything."""
        of_offer = {self.offers[which]: units for which, units in wanted.items()}
        short = {
            offer_id
            for offer_id, units in of_offer.items()
            if offer_id != self.offers[1] and self.available(offer_id) < units
        }
        order_id = new_id()
        ordering = self.room.orders(of_offer, order_id=order_id)
        if not short:
            self.run(ordering)
            return order_id
        with pytest.raises(InsufficientStock) as refused:
            self.run(ordering)
        assert {line["offer_id"] for line in refused.value.members["lines"]} == short
        return order_id

    @rule(target=carts, which=WHICH, units=UNITS)
    def hold_in_a_cart(self, which: int, units: int) -> UUID:
        """Held past its time already: whoever comes next decides what becomes of it."""
        cart_id = new_id()
        holding = self.room.puts_in_cart({self.offers[which]: units}, LONG_AGO, cart_id)
        if which == 1 or self.available(self.offers[which]) >= units:
            self.run(holding)
        else:
            with pytest.raises(InsufficientStock):
                self.run(holding)
        return cart_id

    @rule(order_id=orders)
    def commit(self, order_id: UUID) -> None:
        states = {row["status"] for row in self.run(self.room.reservations(order_id=order_id))}
        if states & {"held", "committed"}:
            self.run(self.room.commits(order_id))

    @rule(order_id=consumes(orders))
    def cancel(self, order_id: UUID) -> None:
        self.run(self.room.cancels(order_id))
        states = {row["status"] for row in self.run(self.room.reservations(order_id=order_id))}
        assert states <= {"released"}

    @rule(order_id=orders)
    def cancel_one_unit(self, order_id: UUID) -> None:
        rows = self.run(self.room.reservations(order_id=order_id))
        open_rows = [row for row in rows if row["status"] in {"held", "committed"}]
        if open_rows:
            self.run(self.room.cancels(order_id, lines={open_rows[0]["line_id"]: 1}))

    @rule()
    def expire(self) -> None:
        while self.run(self.room.expires()):
            pass

    @rule(target=orders, cart_id=consumes(carts))
    def race_a_claim_against_expiry_and_another_buyer(self, cart_id: UUID) -> Any:
        rows = self.run(self.room.reservations(cart_id=cart_id))
        wanted = Counter[UUID]()
        for row in rows:
            wanted[row["offer_id"]] += row["quantity"] + row["backordered"]
        claim, other = new_id(), new_id()
        is_claimed = self.run(self.race(cart_id, wanted, claim, other))
        states = {row["status"] for row in self.run(self.room.reservations(cart_id=cart_id))}
        assert states <= ({"released", "expired"} if is_claimed else {"expired"})
        assert len(states) == bool(rows)
        return multiple(claim, other)

    async def race(
        self, cart_id: UUID, wanted: Mapping[UUID, int], claim: UUID, other: UUID
    ) -> bool:
        """Whether the cart's own order was taken."""
        _, *orders = await asyncio.gather(
            self.room.expires(),
            self.room.orders(wanted, order_id=claim, takes_over_cart=cart_id),
            self.room.orders(wanted, order_id=other),
            return_exceptions=True,
        )
        assert all(isinstance(order, UUID | InsufficientStock) for order in orders)
        return isinstance(orders[0], UUID)

    @rule(which=WHICH, units=UNITS, place=PLACE)
    def receive(self, which: int, units: int, place: str) -> None:
        location_id = self.places[place]
        self.run(self.room.receives(self.offers[which], units, location_id))

    @rule(which=WHICH, on_hand=st.integers(0, 30), place=PLACE)
    def count(self, which: int, on_hand: int, place: str) -> None:
        offer_id, location_id = self.offers[which], self.places[place]
        reserved = self.run(self.room.reserved_at(offer_id, place))
        counting = self.room.counts(offer_id, on_hand, location_id)
        if reserved <= on_hand:
            assert self.run(counting).on_hand == on_hand
            return
        with pytest.raises(BelowReserved):
            self.run(counting)

    @rule(which=WHICH, buckets=st.sampled_from([1, 2, 5]))
    def split_or_join(self, which: int, buckets: int) -> None:
        before = self.run(self.room.levels(self.offers[which]))
        version = self.versions[which]
        self.run(self.room.stocks(self.offers[which], version, buckets=buckets))
        self.versions[which] += 1
        assert self.run(self.room.levels(self.offers[which])) == before

    @rule(wanted=st.dictionaries(WHICH, UNITS, min_size=1))
    def crash_while_ordering(self, wanted: dict[int, int]) -> None:
        of_offer = {self.offers[which]: units for which, units in wanted.items()}
        before = [self.run(self.room.levels(offer_id)) for offer_id in self.offers]
        with pytest.raises((Crash, InsufficientStock)):
            self.run(self.room.orders(of_offer, conclude=crashes))
        assert [self.run(self.room.levels(offer_id)) for offer_id in self.offers] == before

    @invariant()
    def what_is_there_is_what_has_happened(self) -> None:
        if hasattr(self, "room"):
            self.run(self.room.adds_up())


@pytest.fixture
def machine(settings: Settings) -> Iterator[type[StockMachine]]:
    """With a loop and connections of its own: hypothesis runs its rules outside of any."""
    with asyncio.Runner() as loop:
        stack = AsyncExitStack()
        StockMachine.loop = loop
        StockMachine.stockroom = loop.run(stack.enter_async_context(a_stockroom(settings)))
        yield StockMachine
        loop.run(stack.aclose())


def test_whatever_happens_stock_adds_up(machine: type[StockMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
