"""Whether little is left of an offer in several buckets, which no single change of it can tell."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.restocking import Restocking
from plaza.writing.unit_of_work import UnitOfWork


class JudgeLowStock(msgspec.Struct, frozen=True, kw_only=True):
    offer_id: UUID


async def judge_low_stock(command: JudgeLowStock, work: UnitOfWork) -> None:
    """Tell it, if it is not what was told last."""
    restocking = await Restocking.of(command.offer_id, work)
    await restocking.finish(work)
