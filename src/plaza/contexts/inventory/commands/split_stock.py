"""Many reserve of the same offer at once: its stock is spread, so that they do not wait."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.restocking import Restocking
from plaza.writing.unit_of_work import UnitOfWork

BUCKETS = 16
WORTHWHILE_UNITS = 2 * BUCKETS
"""With fewer, most who want one would look at empty buckets."""


class SplitStock(msgspec.Struct, frozen=True, kw_only=True):
    offer_id: UUID


async def split_stock(command: SplitStock, work: UnitOfWork) -> bool:
    """Spread the stock over buckets, unless it is already, or too little; only its vendor joins it.

    Returns:
        Whether it was spread.

    Raises:
        NotThere: there is no such offer.
    """
    restocking = await Restocking.of(command.offer_id, work)
    stocking = restocking.stocking
    if stocking.buckets > 1 or restocking.available < WORTHWHILE_UNITS:
        work.session.expunge(stocking)
        return False
    stocking.buckets = BUCKETS
    work.publish(stocking.change())
    await restocking.finish(work)
    return True
