"""An order is placed: what it holds is its own from now on."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.reservation import OPEN, states_before
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork

# In the order in which everybody locks reservations.
COMMIT = """
    UPDATE inventory.reservation SET status = 'committed'
    FROM (SELECT id FROM inventory.reservation WHERE order_id = $1 AND status = ANY ($2::text[])
        ORDER BY id FOR UPDATE) held
    WHERE reservation.id = held.id
    RETURNING 1
"""
STATES = "SELECT DISTINCT status FROM inventory.reservation WHERE order_id = $1"


class CommitReservations(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def commit_reservations(command: CommitReservations, work: UnitOfWork) -> None:
    """Commit everything that the order holds; done twice is done once.

    Raises:
        IllegalTransition: all of it was released or has expired before.
    """
    connection = await work.connection()
    if await connection.fetch(COMMIT, command.order_id, states_before("committed")):
        return
    states = [row["status"] for row in await connection.fetch(STATES, command.order_id)]
    if states and not set(states) & {*OPEN, "fulfilled"}:
        raise IllegalTransition("reservation", states[0], "committed", [])
