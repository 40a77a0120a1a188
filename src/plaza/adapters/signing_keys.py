"""The ring of keys that access tokens are signed with, read from where identity keeps it."""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from plaza.kernel.actor import MARKET
from plaza.kernel.keys import derived_key
from plaza.kernel.sealed import NotSealedHere, opened
from plaza.reading.pools import PrivateReads
from plaza.settings import InvalidSetting, Settings
from plaza.web.access_tokens import KeyRing, SigningKey

PURPOSE = "signing-key"
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
    key = derived_key(settings.secret(), PURPOSE)
    try:
        return KeyRing(
            {
                row["key_id"]: SigningKey(
                    signing_key(opened(row["seed_sealed"], key, row["key_id"])),
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


def signing_key(seed: bytes) -> OKPKey:
    """The key of a seed of 32 bytes."""
    return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))
