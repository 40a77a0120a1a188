"""What the tests of stock do and look at, past HTTP: commands through the runner, rows by SQL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.inventory.commands.adjust_stock import AdjustStock, adjust_stock
from plaza.contexts.inventory.commands.change_stocking import ChangeStocking, change_stocking
from plaza.contexts.inventory.commands.commit_reservations import (
    CommitReservations,
    commit_reservations,
)
from plaza.contexts.inventory.commands.create_location import CreateLocation, create_location
from plaza.contexts.inventory.commands.expire_reservations import (
    ExpireReservations,
    expire_reservations,
)
from plaza.contexts.inventory.commands.open_stock import Opening, OpenStock, open_stock
from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.inventory.commands.reserve_stock import Demand, ReserveStock, reserve_stock
from plaza.contexts.inventory.commands.set_stock import SetStock, set_stock
from plaza.contexts.inventory.shelf import Level
from plaza.contexts.inventory.stocking import Stocking
from plaza.kernel.actor import MARKET, SYSTEM, Surface
from plaza.kernel.ids import new_id
from plaza.settings import Settings
from plaza.writing.answer import Answer, answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import Command, CommandRunner, Conclude, Context
from writing.watching import count_of, watching

C = TypeVar("C")
R = TypeVar("R")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CHECKOUT = Surface(checkout=True)

LEVELS = """
    SELECT coalesce(sum(on_hand), 0)::int AS on_hand, coalesce(sum(reserved), 0)::int AS reserved,
        coalesce(sum(backordered), 0)::int AS backordered
    FROM inventory.stock WHERE offer_id = $1
"""
# Every row against its own history, its open reservations and its facts.
UNTRUE = """
    SELECT s.id, s.on_hand, s.reserved, s.backordered, s.version, m.*, r.*, e.*
    FROM inventory.stock s
    CROSS JOIN LATERAL (
        SELECT sum(on_hand_delta) AS moved, sum(reserved_delta) AS moved_reserved,
            sum(backordered_delta) AS moved_backordered
        FROM inventory.movement WHERE stock_id = s.id) m
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(quantity), 0) AS open, coalesce(sum(backordered), 0) AS waiting
        FROM inventory.reservation
        WHERE stock_id = s.id AND status IN ('held', 'committed')) r
    CROSS JOIN LATERAL (
        SELECT count(*) AS facts, max(version) AS told_version,
            (array_agg((payload->>'on_hand')::int ORDER BY id DESC)
                FILTER (WHERE type = 'inventory.stock_moved.v1'))[1] AS told_on_hand,
            (array_agg((payload->>'reserved')::int ORDER BY id DESC)
                FILTER (WHERE type = 'inventory.stock_moved.v1'))[1] AS told_reserved,
            count(DISTINCT version) AS versions
        FROM outbox.event WHERE aggregate_type = 'stock' AND aggregate_id = s.id) e
    WHERE s.vendor_id = $1 AND NOT (
        0 <= s.reserved AND s.reserved <= s.on_hand AND 0 <= s.backordered
        AND s.on_hand = m.moved AND s.reserved = m.moved_reserved
        AND s.backordered = m.moved_backordered
        AND s.reserved = r.open AND s.backordered = r.waiting
        AND e.told_version = s.version AND e.versions = s.version
        AND e.told_on_hand = s.on_hand AND e.told_reserved = s.reserved)
"""
# Who waits although there is something to be had; who is in a bucket that was given up.
NEGLECTED = """
    SELECT offer_id FROM inventory.stock WHERE vendor_id = $1 GROUP BY offer_id
    HAVING (sum(backordered) > 0 AND sum(on_hand - reserved) > 0)
        OR bool_or(bucket >= buckets AND (on_hand, reserved, backordered) <> (0, 0, 0))
        OR count(DISTINCT buckets) > 1
"""
RESERVED_AT = """
    SELECT coalesce(sum(s.reserved), 0)::int FROM inventory.stock s
    JOIN inventory.location l ON l.id = s.location_id WHERE s.offer_id = $1 AND l.name = $2
"""
RUNNER = "plaza runner of tests"
WAITING = """
    datname = current_database() AND wait_event_type = 'Lock' AND application_name = $1
"""
TOLD = """
    SELECT type FROM outbox.event
    WHERE type IN ('inventory.stock_ran_low.v1', 'inventory.stock_recovered.v1')
        AND payload->>'offer_id' = $1::text ORDER BY id
"""


@dataclass
class Stockroom:
    """A vendor's goods."""

    runner: CommandRunner
    database: asyncpg.Connection
    vendor_id: UUID

    async def run(
        self,
        function: Command[C, R],
        command: C,
        surface: Surface,
        conclude: Conclude | None = None,
    ) -> R:
        results: list[R] = []

        def answer(result: R) -> Answer:
            results.append(result)
            return answer_with(204, None)

        context = Context(actor=SYSTEM, surface=surface, correlation_id=new_id())
        await self.runner.run(function, command, context, answer, conclude)
        return results[-1]

    async def opens(self, *on_hand: int) -> list[UUID]:
        """New offers, with so much of each."""
        openings = tuple(
            Opening(offer_id=new_id(), variant_id=new_id(), product_id=new_id(), on_hand=units)
            for units in on_hand
        )
        command = OpenStock(vendor_id=self.vendor_id, openings=openings)
        await self.run(open_stock, command, Surface(vendor_id=self.vendor_id))
        return [opening.offer_id for opening in openings]

    async def opens_in_buckets(self, on_hand: int, buckets: int = 16) -> UUID:
        (offer_id,) = await self.opens(on_hand)
        await self.stocks(offer_id, 1, buckets=buckets)
        return offer_id

    async def stocks(self, offer_id: UUID, version: int | None, **changes: Any) -> Stocking:
        command = ChangeStocking(
            vendor_id=self.vendor_id, offer_id=offer_id, version=version, **changes
        )
        return await self.run(change_stocking, command, Surface(vendor_id=self.vendor_id))

    async def opens_location(self, name: str = "Warehouse") -> UUID:
        command = CreateLocation(vendor_id=self.vendor_id, name=name)
        return (await self.run(create_location, command, Surface(vendor_id=self.vendor_id))).id

    async def counts(self, offer_id: UUID, on_hand: int, location_id: UUID | None = None) -> Level:
        command = SetStock(
            vendor_id=self.vendor_id, offer_id=offer_id, on_hand=on_hand, location_id=location_id
        )
        return await self.run(set_stock, command, Surface(vendor_id=self.vendor_id))

    async def receives(self, offer_id: UUID, delta: int, location_id: UUID | None = None) -> Level:
        command = AdjustStock(
            vendor_id=self.vendor_id,
            offer_id=offer_id,
            delta=delta,
            reason="delivery",
            location_id=location_id,
        )
        return await self.run(adjust_stock, command, Surface(vendor_id=self.vendor_id))

    async def orders(
        self,
        wanted: Mapping[UUID, int],
        conclude: Conclude | None = None,
        order_id: UUID | None = None,
        **more: Any,
    ) -> UUID:
        """Reserve for a new order, a line an offer."""
        order_id = order_id or new_id()
        command = ReserveStock(
            order_id=order_id, cart_id=None, expires_at=None, demands=demands(wanted), **more
        )
        await self.run(reserve_stock, command, CHECKOUT, conclude)
        return order_id

    async def puts_in_cart(
        self, wanted: Mapping[UUID, int], expires_at: datetime, cart_id: UUID | None = None
    ) -> UUID:
        """Hold for a new cart, or anew for one that holds already."""
        cart = cart_id or new_id()
        command = ReserveStock(
            order_id=None,
            cart_id=cart,
            demands=demands(wanted),
            expires_at=expires_at,
            takes_over_cart=cart_id,
        )
        await self.run(reserve_stock, command, CHECKOUT)
        return cart

    async def commits(self, order_id: UUID) -> None:
        await self.run(commit_reservations, CommitReservations(order_id=order_id), MARKET)

    async def cancels(self, order_id: UUID, **part: Any) -> None:
        command = ReleaseReservations(order_id=order_id, **part)
        await self.run(release_reservations, command, MARKET)

    async def expires(self) -> int:
        return await self.run(expire_reservations, ExpireReservations(), MARKET)

    async def levels(self, offer_id: UUID) -> tuple[int, int, int]:
        """On hand, reserved, backordered, over all rows."""
        row = await self.database.fetchrow(LEVELS, offer_id)
        assert row is not None
        return row["on_hand"], row["reserved"], row["backordered"]

    async def reserved_at(self, offer_id: UUID, place: str) -> int:
        return int(await self.database.fetchval(RESERVED_AT, offer_id, place))

    async def reservations(self, **holder: UUID) -> list[dict[str, Any]]:
        """What a cart or an order has, by states."""
        ((name, holder_id),) = holder.items()
        found = await self.database.fetch(
            f"SELECT * FROM inventory.reservation WHERE {name} = $1 ORDER BY id", holder_id
        )
        return [dict(row) for row in found]

    async def told(self, offer_id: UUID) -> list[str]:
        """Of little left and of enough again, in their order."""
        rows = await self.database.fetch(TOLD, str(offer_id))
        return [row["type"].split(".")[1] for row in rows]

    async def are_waiting(self, count: int) -> bool:
        """Whether so many of its commands wait for a lock."""
        await self.database.execute("SELECT pg_stat_clear_snapshot()")
        return await count_of(self.database, "pg_stat_activity", WAITING, RUNNER) >= count

    async def adds_up(self) -> None:
        """Assert that rows, movements, reservations and facts say the same."""
        assert [dict(row) for row in await self.database.fetch(UNTRUE, self.vendor_id)] == []
        assert await self.database.fetch(NEGLECTED, self.vendor_id) == []


def demands(wanted: Mapping[UUID, int]) -> tuple[Demand, ...]:
    return tuple(
        Demand(line_id=new_id(), vendor_order_id=None, offer_id=offer_id, quantity=units)
        for offer_id, units in wanted.items()
    )


def in_an_hour() -> datetime:
    return datetime.now(tz=UTC) + timedelta(hours=1)


@asynccontextmanager
async def a_stockroom(settings: Settings) -> AsyncIterator[Stockroom]:
    """Of a vendor of its own, with connections of its own."""
    runner = open_command_runner(settings, CONSTRAINTS, RUNNER)
    async with runner as opened, watching(settings) as database:
        yield Stockroom(opened, database, new_id())
