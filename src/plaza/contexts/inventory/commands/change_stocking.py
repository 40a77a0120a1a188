"""A vendor says how an offer is stocked."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from plaza.contexts.inventory.restocking import Restocking
from plaza.contexts.inventory.stocking import Stocking
from plaza.writing.unit_of_work import UnitOfWork


class ChangeStocking(msgspec.Struct, frozen=True, kw_only=True):
    """What is not named stays as it is.

    Attributes:
        version: the one that the vendor has read; 1 where the stocking was never changed.
    """

    vendor_id: UUID
    offer_id: UUID
    version: int | None
    allows_backorder: bool | UnsetType = UNSET
    low_at: int | None | UnsetType = UNSET
    buckets: int | UnsetType = UNSET


async def change_stocking(command: ChangeStocking, work: UnitOfWork) -> Stocking:
    """Change what is named, and spread the stock anew if that is the number of buckets.

    Raises:
        NotThere: the offer is not there, or not the vendor's.
        VersionRequired, StaleVersion: the vendor has not read the present one.
    """
    restocking = await Restocking.of(command.offer_id, work, command.vendor_id)
    stocking = restocking.stocking
    stocking.expect(command.version)
    if command.allows_backorder is not UNSET:
        stocking.allows_backorder = command.allows_backorder
    if command.low_at is not UNSET:
        stocking.low_at = command.low_at
    if command.buckets is not UNSET:
        stocking.buckets = command.buckets
    work.publish(stocking.change())
    await restocking.finish(work)
    return stocking
