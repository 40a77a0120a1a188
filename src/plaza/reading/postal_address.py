"""Who an order goes to, as readers see it while it is not forgotten."""

import msgspec


class PostalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where parcels go."""

    name: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
    phone: str | None


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """What the row of an order's address holds."""

    email: str | None
    address: PostalAddress | None
