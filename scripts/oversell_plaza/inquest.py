"""Looks into a race that is over: settles it, sells the rest, and holds everything together."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from bench_plaza.child_process import DidNotStart
from buying_plaza.caller import Caller
from buying_plaza.market import CURRENCY
from buying_plaza.sandbox import read_charges
from buying_plaza.shopper import Completed, Shopper, token_of_all
from fuzz_plaza.own_plaza import Plaza

from oversell_plaza import judging, records, shown
from oversell_plaza.history import History, Violation
from oversell_plaza.late import LateShopper
from oversell_plaza.log_watch import connected
from oversell_plaza.race import Race
from oversell_plaza.results import Result

SETTLED_WITHIN_S = 90.0
SEQUENCED_WITHIN_S = 30.0
"""A projector that was killed again and again is started again after 10 s."""
DATABASE_BACK_WITHIN_S = 30.0
POLL_INTERVAL_S = 0.25


class Inquest:
    """One race's.

    Attributes:
        violations: what has been found so far.
    """

    def __init__(
        self, plaza: Plaza, sandbox: str, race: Race, database: asyncpg.Connection
    ) -> None:
        self._plaza = plaza
        self._sandbox = sandbox
        self._race = race
        self._database = database
        self._late = LateShopper(Shopper(Caller(plaza.port)))
        self.violations: list[Violation] = []

    async def result(self, seed: int) -> Result:
        settling_s = await self._settle()
        history, _ = await self._folded()
        self.violations += await self._late.buy_the_rest(history, self._race.goods.units)
        token = await token_of_all(self._late.shopper, self._race.goods.endless, CURRENCY)
        history, facts = await self._folded()
        await self._compare_records(history)
        await self._compare_shown(history, token)
        stories = [buyer.story for buyer in self._race.buyers]
        killed = self._race.killed
        return Result(
            seed=seed,
            duration_s=self._race.duration_s,
            settling_s=settling_s,
            killed={role: killed.count(role) for role in sorted(set(killed))},
            repeats=sum(story.repeats for story in stories),
            orders=sum(len(story.orders) for story in stories),
            sold=history.sold.total(),
            bought_late=self._late.units,
            declined=sum(story.declined for story in stories),
            sold_out_answers=sum(len(story.sold_out) for story in stories),
            facts=facts,
            violations=self.violations,
        )

    async def _settle(self) -> float:
        began_s = time.monotonic()
        unsettled = await records.settled_within(self._database, SETTLED_WITHIN_S)
        if unsettled:
            invariant = f"every payment has an outcome within {SETTLED_WITHIN_S:g} s"
            self.violations.append(Violation(invariant, f"{unsettled} have none"))
        return time.monotonic() - began_s

    async def _folded(self) -> tuple[History, int]:
        """The log from the race's start, and how many facts that were."""
        unsequenced = await records.sequenced_within(self._database, SEQUENCED_WITHIN_S)
        if unsequenced:
            invariant = f"every fact has its position within {SEQUENCED_WITHIN_S:g} s"
            self.violations.append(Violation(invariant, f"{unsequenced} have none"))
        facts = await records.facts_after(self._database, self._race.start)
        history = History(self._race.goods.units, self._race.sightings)
        found = list(history.take(facts))
        self.violations += [violation for violation in found if violation not in self.violations]
        return history, len(facts)

    async def _compare_records(self, history: History) -> None:
        units = self._race.goods.units
        offers = list(units)
        stories = [buyer.story for buyer in self._race.buyers]
        orders = await records.orders_of(self._database, offers)
        rows = await records.stock_of(self._database, offers)
        told = [order_id for story in stories for order_id in story.orders]
        told += self._late.orders
        self.violations += judging.of_answers(stories, history)
        self.violations += judging.of_stock(units, history, rows)
        self.violations += judging.of_orders(told, orders, history)
        self.violations += judging.of_charges(orders, await read_charges(self._sandbox))

    async def _compare_shown(self, history: History, token: str) -> None:
        race = self._race
        parts = await records.parts_of(self._database, list(race.goods.units))
        self.violations += await shown.of_order_pages(self._bought(), token)
        self.violations += await shown.of_histories(race.buyers, race.log_ins, token)
        self.violations += await shown.of_queues(race.goods.shops, parts, token)
        self.violations += await shown.of_product_pages(race.goods.shops, history, token)

    def _bought(self) -> list[tuple[Shopper, Completed]]:
        """All orders, with who may look at them."""
        late = self._late
        found = [(late.shopper, completed) for completed in late.orders.values()]
        for buyer in self._race.buyers:
            found += [(buyer.shopper, completed) for completed in buyer.story.orders.values()]
        return found


@asynccontextmanager
async def database_of(plaza: Plaza) -> AsyncIterator[asyncpg.Connection]:
    """A connection; PostgreSQL may be about to come back from having been killed."""
    deadline_s = time.monotonic() + DATABASE_BACK_WITHIN_S
    while True:
        try:
            database = await connected(plaza.data_dir)
            break
        except (OSError, asyncpg.PostgresError, DidNotStart):
            if time.monotonic() > deadline_s:
                raise
            await asyncio.sleep(POLL_INTERVAL_S)
    try:
        yield database
    finally:
        await database.close()
