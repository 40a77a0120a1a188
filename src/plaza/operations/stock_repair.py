"""Puts stock right that does not add up: by commands, each of which looks again before it acts."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.inventory.commands.commit_reservations import (
    CommitReservations,
    commit_reservations,
)
from plaza.contexts.inventory.commands.expire_reservations import (
    ExpireReservations,
    expire_reservations,
)
from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.inventory.commands.repair_stock import RepairStock, repair_stock
from plaza.kernel.actor import MARKET, Actor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Refusal
from plaza.operations.stock_verification import (
    Difference,
    Progress,
    found_differences,
    reading_stock,
)
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Command, CommandRunner, Context

ACTOR = Actor(kind="system", name="repair_stock")
EXPIRED_AT_ONCE = 500

C = TypeVar("C")


Done = Literal["mended", "committed", "released", "expired", "left"]


class Outcome(msgspec.Struct, frozen=True):
    """What a command gave, or why it was refused."""

    result: Any = None
    reason: str | None = None


class Mended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done about what one row said, or about what one order or cart holds.

    Attributes:
        done: in one word; `left` is what takes a person.
        reason: why it was left.
    """

    done: Done
    stock_id: UUID
    offer_id: UUID
    order_id: UUID | None = None
    cart_id: UUID | None = None
    reason: str | None = None


Say = Callable[[Mended], None]


async def repair_differences(
    settings: Settings, constraints: Constraints, say: Say, progress: Progress
) -> None:
    """Mend the rows, then let go what nobody holds any more.

    The rows come first: what is let go is taken off them, which the database refuses where they
    say less than that.
    """
    async with (
        reading_stock(settings) as connection,
        open_command_runner(settings, constraints, "plaza stock") as runner,
    ):
        repairing = Repairing(runner, say)
        await repairing.mend_rows(connection, progress)
        await repairing.let_go(connection, progress)


class Repairing:
    """One run of the repair."""

    def __init__(self, runner: CommandRunner, say: Say) -> None:
        self._runner = runner
        self._say = say
        self._seen: set[UUID] = set()
        """Rows, orders and carts that were seen to."""
        self._carts: Outcome | None = None
        """Of letting expire what carts hold, once it was tried: of all at once."""

    async def mend_rows(self, connection: asyncpg.Connection, progress: Progress) -> None:
        async for found in found_differences(connection, progress):
            if found.is_of_row and self._is_first(found.stock_id):
                command = RepairStock(stock_id=found.stock_id)
                self._tell(found, "mended", await self._run(repair_stock, command))

    async def let_go(self, connection: asyncpg.Connection, progress: Progress) -> None:
        async for found in found_differences(connection, progress):
            if found.cart_id is not None and self._is_first(found.cart_id):
                await self._expire(found)
            elif found.order_id is not None and self._is_first(found.order_id):
                await self._settle(found, found.order_id)

    async def _settle(self, found: Difference, order_id: UUID) -> None:
        """Let what the order holds follow what has become of the order."""
        if found.order_status == "pending":
            reason = "its order is pending and settles it with its payment"
            self._tell(found, "left", Outcome(reason=reason))
        elif found.order_status == "placed":
            commit = CommitReservations(order_id=order_id)
            self._tell(found, "committed", await self._run(commit_reservations, commit))
        else:
            release = ReleaseReservations(order_id=order_id)
            self._tell(found, "released", await self._run(release_reservations, release))

    async def _expire(self, found: Difference) -> None:
        """Let expire whatever carts hold past its time."""
        command = ExpireReservations(limit=EXPIRED_AT_ONCE)
        while self._carts is None or self._carts.result:
            self._carts = await self._run(expire_reservations, command)
        self._tell(found, "expired", self._carts)

    def _is_first(self, subject: UUID) -> bool:
        is_first = subject not in self._seen
        self._seen.add(subject)
        return is_first

    async def _run(self, function: Command[C, Any], command: C) -> Outcome:
        context = Context(actor=ACTOR, surface=MARKET, correlation_id=new_id())
        try:
            answer = await self._runner.run(function, command, context, partial(answer_with, 200))
        except Refusal as refusal:
            return Outcome(reason=refusal.detail)
        return Outcome(result=msgspec.json.decode(answer.body))

    def _tell(self, found: Difference, done: Done, outcome: Outcome) -> None:
        mended = Mended(
            done=done if outcome.reason is None else "left",
            stock_id=found.stock_id,
            offer_id=found.offer_id,
            order_id=found.order_id,
            cart_id=found.cart_id,
            reason=outcome.reason,
        )
        self._say(mended)
