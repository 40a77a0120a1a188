"""Expires the vendor orders that their vendors have not accepted in time."""

from uuid import UUID

import asyncpg
import structlog

from plaza.crossings.orders.expire_vendor_order import ExpireVendorOrder, expire_vendor_order
from plaza.kernel.actor import MARKET, Actor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Refusal
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.lanes import place_of
from plaza.writing.runner import CommandRunner, Context

ACTOR = Actor(kind="system", name="expire_vendor_orders")
CHUNK = 500

# The database's clock decides, here and once more in the command.
DUE = """
    SELECT id FROM ordering.vendor_order
    WHERE status = 'pending_acceptance' AND accept_by <= now() ORDER BY accept_by LIMIT $1
"""

log = structlog.get_logger()


async def expire_vendor_orders(settings: Settings, constraints: Constraints) -> int:
    """Expire what is due; several sweepers at once do no more than one.

    Returns:
        How many were found to be due.
    """
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "application_name": "plaza acceptances",
        },
    )
    try:
        due = [row["id"] for row in await connection.fetch(DUE, CHUNK)]
    finally:
        await connection.close()
    if not due:
        return 0
    async with open_command_runner(settings, constraints, "plaza acceptances") as runner:
        left = [one for one in due if not await _expire(one, runner)]
    log.info("vendor_orders_expired", vendor_orders=len(due) - len(left), left=len(left))
    return len(due)


async def _expire(vendor_order_id: UUID, runner: CommandRunner) -> bool:
    """Expire one; what goes wrong with it holds back no other, and is tried again the next time.

    Returns:
        Whether nothing went wrong.
    """
    context = Context(actor=ACTOR, surface=MARKET, correlation_id=new_id())
    command = ExpireVendorOrder(vendor_order_id=vendor_order_id)
    try:
        await runner.run(expire_vendor_order, command, context, lambda _: answer_with(200, None))
    except Refusal as refusal:
        why = refusal.code
    except Exception as error:  # noqa: BLE001  one order's fault must not hold back the others
        why = place_of(error)
    else:
        return True
    log.warning("vendor_order_not_expired", vendor_order_id=str(vendor_order_id), code=why)
    return False
