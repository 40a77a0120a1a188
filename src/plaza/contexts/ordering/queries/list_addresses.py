"""The addresses that a person keeps for later."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address_book import BookedAddress
from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    WITH book AS (
        SELECT id, name, line1, line2, city, region, postal_code, country, phone, created_at,
            row_number() OVER (ORDER BY preferred_at DESC NULLS LAST, id) = 1 AS is_default
        FROM ordering.address
        WHERE account_id = $1 AND cart_id IS NULL AND order_id IS NULL)
    SELECT * FROM book WHERE ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""


class AddressList(msgspec.Struct, frozen=True):
    items: list[BookedAddress]
    next_cursor: str | None


async def list_addresses(reads: PrivateReads, account_id: UUID, paging: Paging) -> AddressList:
    """The addresses, the latest first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listAddresses/{account_id}"
    behind = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(account_id=account_id)) as connection:
        rows = await connection.fetch(LIST, account_id, *behind, paging.rows)
    items = [BookedAddress(**row) for row in rows]
    return AddressList(*paging.cut(question, items, lambda last: [last.id]))
