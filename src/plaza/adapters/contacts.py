"""How vendors are reached: looked up in the vendors' tables at the moment of reading."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from plaza.kernel.actor import MARKET
from plaza.read_models.vendor_applications.contacts import Contacts
from plaza.reading.pools import PrivateReads

CONTACTS = """
    SELECT id, contact_email FROM vendors.vendor WHERE id = ANY ($1) AND contact_email <> ''
"""


def contacts_lookup(reads: PrivateReads) -> Contacts:
    """Looks addresses up in the database."""

    async def lookup(vendor_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        async with reads.within(MARKET) as connection:
            rows = await connection.fetch(CONTACTS, list(vendor_ids))
        return {row["id"]: row["contact_email"] for row in rows}

    return lookup
