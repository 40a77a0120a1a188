"""Role and scope of a command's transaction, which row-level security holds it to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface
from plaza.outbox.driver import begun_driver

ENTER = """
    SELECT set_config('role', 'plaza_app', true), set_config('plaza.vendor_id', $1, true),
        set_config('plaza.account_id', $2, true), set_config('plaza.cart_id', $3, true),
        set_config('plaza.order_id', $4, true), set_config('plaza.scope', $5, true), now() AS now
"""


async def enter_scope(session: AsyncSession, surface: Surface) -> datetime:
    """Begin as the role of the application in the scope of the surface.

    Returns:
        The database's time at the start of the transaction.
    """
    connection = await session.connection()
    # Through the dialect, which begins the transaction with its own first statement.
    row = await connection.exec_driver_sql(ENTER, tuple(surface.settings().values()))
    await begun_driver(session)
    now: datetime = row.one().now
    return now
