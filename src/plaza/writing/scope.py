"""Role and scope of a command's transaction, which row-level security holds it to."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import Surface

ENTER = text("""
    SELECT set_config('role', 'plaza_app', true), set_config('plaza.vendor_id', :vendor_id, true),
        set_config('plaza.account_id', :account_id, true), set_config('plaza.scope', :scope, true),
        set_config('plaza.cart_id', :cart_id, true), set_config('plaza.order_id', :order_id, true),
        now() AS now
""")


async def enter_scope(session: AsyncSession, surface: Surface) -> datetime:
    """Begin as the role of the application in the scope of the surface.

    Returns:
        The database's time at the start of the transaction.
    """
    row = await session.execute(ENTER, surface.settings())
    now: datetime = row.one().now
    return now
