"""What an account may do now, asked of the two contexts that know it."""

from uuid import UUID

from plaza.kernel.actor import MARKET
from plaza.reading.pools import PrivateReads
from plaza.web.authentication import Standing, StandingLookup

STANDING = """
    SELECT a.is_operator,
        coalesce((SELECT array_agg(m.vendor_id) FROM vendors.member m WHERE m.account_id = a.id),
            '{}') AS vendors,
        coalesce((SELECT array_agg(m.role) FROM vendors.member m WHERE m.account_id = a.id),
            '{}') AS roles
    FROM identity.account a WHERE a.id = $1 AND a.erased_at IS NULL
"""


def standing_lookup(reads: PrivateReads) -> StandingLookup:
    """Looks standings up in the database."""

    async def lookup(account_id: UUID) -> Standing | None:
        async with reads.within(MARKET) as connection:
            row = await connection.fetchrow(STANDING, account_id)
        if row is None:
            return None
        roles = dict(zip(row["vendors"], row["roles"], strict=True))
        return Standing(is_operator=row["is_operator"], roles=roles)

    return lookup
