"""Who the people are whom vendors know by ids: looked up in identity's tables when it is read."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from plaza.contexts.vendors.people import People, Person
from plaza.kernel.actor import MARKET
from plaza.reading.pools import PrivateReads

PEOPLE = """
    SELECT id, name, email FROM identity.account WHERE id = ANY ($1) AND erased_at IS NULL
"""


def people_lookup(reads: PrivateReads) -> People:
    """Looks people up in the database."""

    async def lookup(account_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
        async with reads.within(MARKET) as connection:
            rows = await connection.fetch(PEOPLE, list(account_ids))
        return {row["id"]: Person(row["name"], row["email"]) for row in rows}

    return lookup
