"""A vendor as its members see it: in which standing, and why."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.rate import rate_text
from plaza.kernel.refusals import NotThere
from plaza.reading.pools import PrivateReads

GET = """
    SELECT id, slug, name, nullif(country, '') AS country, currency, description, contact_email,
        status, status_reason, paused_at IS NOT NULL AS is_paused, paused_at, paused_until,
        tax_rate, version, created_at
    FROM vendors.vendor WHERE id = $1
"""


class VendorStanding(msgspec.Struct, frozen=True):
    """`version` is what If-Match wants."""

    id: UUID
    slug: str
    name: str
    country: str | None
    """None where the owner of an invited vendor has not said it yet."""
    currency: str
    description: str
    contact_email: str
    status: str
    status_reason: str | None
    is_paused: bool
    """Whether it is hidden for a while by its own wish; that is no status."""
    paused_at: datetime | None
    """Since when it is paused; None: it is not."""
    paused_until: datetime | None
    tax_rate: str
    """Of the tax that its prices include; a decimal, as in `0.2`."""
    version: int
    created_at: datetime


async def get_vendor_standing(reads: PrivateReads, vendor_id: UUID) -> VendorStanding:
    """The vendor, straight from its owner.

    Raises:
        NotThere: there is none.
    """
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        row = await connection.fetchrow(GET, vendor_id)
    if row is None:
        raise NotThere
    return VendorStanding(**{**row, "tax_rate": rate_text(row["tax_rate"])})
