"""What is done about stock by the clock: holds of carts end, hot offers are spread, little is told.

The database's clock decides, in the questions and once more in the commands.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import structlog

from plaza.contexts.inventory.commands.expire_reservations import (
    CHUNK,
    ExpireReservations,
    expire_reservations,
)
from plaza.contexts.inventory.commands.judge_low_stock import JudgeLowStock, judge_low_stock
from plaza.contexts.inventory.commands.split_stock import (
    WORTHWHILE_UNITS,
    SplitStock,
    split_stock,
)
from plaza.kernel.actor import MARKET, Actor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Refusal
from plaza.settings import Settings
from plaza.writing.answer import Answer, answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Command, CommandRunner, Context

ACTOR = Actor(kind="system", name="sweep_stock")
OFFERS_MAX = 50
"""As many offers are looked after at a time; the others ten seconds later."""

HOT_WITHIN_S = 10
HOT_MOVEMENTS = 300
"""A row can be reserved of some hundreds of times a second; at a tenth of it, some wait already."""

OVERDUE = """
    SELECT EXISTS (SELECT FROM inventory.reservation
        WHERE cart_id IS NOT NULL AND status = 'held' AND expires_at <= now())
"""
HOT = """
    SELECT s.offer_id FROM inventory.stock s
    JOIN (SELECT stock_id, count(*) AS movements FROM inventory.movement
        WHERE created_at > now() - make_interval(secs => $1) AND kind = 'reservation'
        GROUP BY stock_id) m ON m.stock_id = s.id
    WHERE s.buckets = 1
    GROUP BY s.offer_id
    HAVING max(m.movements) >= $2 AND sum(s.on_hand - s.reserved) >= $3
    LIMIT $4
"""
MISJUDGED = """
    SELECT k.offer_id FROM inventory.stocking k JOIN inventory.stock s ON s.offer_id = k.offer_id
    WHERE k.buckets > 1
    GROUP BY k.offer_id
    HAVING k.is_low <> (sum(s.on_hand - s.reserved) <= coalesce(k.low_at, $1))
    LIMIT $2
"""

C = TypeVar("C")
R = TypeVar("R")

log = structlog.get_logger()


async def sweep_stock(settings: Settings, constraints: Constraints) -> None:
    """Do what is due; several sweepers at once do no more than one."""
    async with _looking(settings) as connection:
        is_overdue = await connection.fetchval(OVERDUE)
        hot = await connection.fetch(HOT, HOT_WITHIN_S, HOT_MOVEMENTS, WORTHWHILE_UNITS, OFFERS_MAX)
        misjudged = await connection.fetch(MISJUDGED, settings.low_stock_at, OFFERS_MAX)
    if not (is_overdue or hot or misjudged):
        return
    async with open_command_runner(settings, constraints, "plaza stock") as runner:
        if is_overdue:
            log.info("reservations_expired", reservations=await _expire(runner))
        for row in hot:
            if await _done(runner, split_stock, SplitStock(offer_id=row["offer_id"])):
                log.info("stock_split", offer_id=str(row["offer_id"]))
        for row in misjudged:
            await _done(runner, judge_low_stock, JudgeLowStock(offer_id=row["offer_id"]))


async def _expire(runner: CommandRunner) -> int:
    """Let go, chunk by chunk, what carts hold past its time."""
    expired = 0
    while found := await _done(runner, expire_reservations, ExpireReservations()):
        expired += found
        if found < CHUNK:
            break
    return expired


async def _done(runner: CommandRunner, function: Command[C, R], command: C) -> R | None:
    """What came of it; None where it was refused now, which holds back nothing else."""
    results: list[R] = []

    def answer(result: R) -> Answer:
        results.append(result)
        return answer_with(204, None)

    context = Context(actor=ACTOR, surface=MARKET, correlation_id=new_id(), is_journalled=False)
    try:
        await runner.run(function, command, context, answer)
    except Refusal as refusal:
        log.warning("stock_not_swept", command=type(command).__name__, code=refusal.code)
        return None
    return results[-1]


@asynccontextmanager
async def _looking(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees every vendor's stock."""
    scope = {"role": "plaza_app", "plaza.scope": "market", "application_name": "plaza stock"}
    connection = await asyncpg.connect(settings.database_url, server_settings=scope)
    try:
        yield connection
    finally:
        await connection.close()
