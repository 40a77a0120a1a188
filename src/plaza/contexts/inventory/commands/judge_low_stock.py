"""A sweeper judges whether little is left of an offer in several buckets.

No single change of such an offer can tell, since it locks some of its rows only.
"""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.restocking import Restocking
from plaza.writing.unit_of_work import UnitOfWork


class JudgeLowStock(msgspec.Struct, frozen=True, kw_only=True):
    offer_id: UUID


async def judge_low_stock(command: JudgeLowStock, work: UnitOfWork) -> None:
    """Publish whether little is left, if that is not what was told last.

    Raises:
        NotThere: there is no such offer.
    """
    restocking = await Restocking.of(command.offer_id, work)
    await restocking.finish(work)
