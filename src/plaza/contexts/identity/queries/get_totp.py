"""Whether a person has a second factor."""

from typing import Literal
from uuid import UUID

import msgspec

from plaza.reading.pools import Connection

GET = """
    SELECT confirmed_at IS NOT NULL AS is_on, (SELECT count(*) FROM identity.recovery_code c
        WHERE c.account_id = t.account_id AND c.used_at IS NULL) AS recovery_codes_left
    FROM identity.totp t WHERE account_id = $1
"""


class SecondFactor(msgspec.Struct, frozen=True):
    status: Literal["off", "to_be_confirmed", "on"]
    recovery_codes_left: int


async def get_totp(connection: Connection, account_id: UUID) -> SecondFactor:
    row = await connection.fetchrow(GET, account_id)
    if row is None:
        return SecondFactor("off", 0)
    return SecondFactor("on" if row["is_on"] else "to_be_confirmed", row["recovery_codes_left"])
