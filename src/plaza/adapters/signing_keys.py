"""The ring of keys that access tokens are signed with, read from where identity keeps it."""

from uuid import UUID

from plaza.contexts.identity.signing_key import SEAL_PURPOSE
from plaza.kernel.actor import MARKET
from plaza.kernel.keys import derived_key
from plaza.kernel.sealed import NotSealedHere, opened
from plaza.reading.pools import PrivateReads
from plaza.settings import InvalidSetting, Settings
from plaza.web.access_tokens import KeyRing, SigningKey, key_of_seed

RING_SUBJECT = UUID(int=1)
"""Under this subject the database tells that the ring has changed."""

RING = """
    SELECT key_id, seed_sealed, signs_from, retires_at FROM identity.signing_key
    WHERE retires_at IS NULL OR retires_at > now()
"""


async def read_ring(reads: PrivateReads, settings: Settings) -> KeyRing:
    """The keys that sign or check now, or soon.

    Raises:
        InvalidSetting: they were sealed under another secret.
    """
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(RING)
    if not rows:
        raise InvalidSetting("No key signs access tokens yet: run `plaza migrate`.")
    key = derived_key(settings.secret(), SEAL_PURPOSE)
    try:
        return KeyRing(
            {
                row["key_id"]: SigningKey(
                    key_of_seed(opened(row["seed_sealed"], key, row["key_id"])),
                    row["signs_from"],
                    row["retires_at"],
                )
                for row in rows
            }
        )
    except NotSealedHere as error:
        message = (
            "The keys that sign access tokens were sealed under another PLAZA_SECRET_KEY. Start "
            "with the one that this database was first used with, or run `plaza keys rotate --now`."
        )
        raise InvalidSetting(message) from error
