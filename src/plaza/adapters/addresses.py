"""Who orders go to: looked up in ordering's tables at the moment of reading."""

from uuid import UUID

from plaza.kernel.actor import MARKET
from plaza.read_models.order_page.addresses import Addresses
from plaza.reading.pools import PrivateReads
from plaza.reading.postal_address import PostalAddress, Recipient

ADDRESS = """
    SELECT email, name, line1, line2, city, region, postal_code, country, phone
    FROM ordering.address WHERE id = $1 AND erased_at IS NULL
"""


def addresses_lookup(reads: PrivateReads) -> Addresses:
    """Looks addresses up in the database; both read models of orders ask it."""

    async def lookup(address_id: UUID) -> Recipient | None:
        async with reads.within(MARKET) as connection:
            row = await connection.fetchrow(ADDRESS, address_id)
        if row is None:
            return None
        fields = dict(row)
        email = fields.pop("email")
        # An account may keep an order's e-mail without anything having to be delivered.
        address = None if fields["name"] is None else PostalAddress(**fields)
        return Recipient(email=email, address=address)

    return lookup
