"""A person leaves, and ordering forgets who bought what was bought."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.erasing import erase_purchaser
from plaza.writing.unit_of_work import UnitOfWork


class ForgetShopper(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID


async def forget_shopper(command: ForgetShopper, work: UnitOfWork) -> None:
    """Orders stay with their lines and amounts, which the accounts of vendors rest on."""
    await erase_purchaser(command.account_id, work)
