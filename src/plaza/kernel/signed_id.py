"""Ids that can be mailed: nobody can make one up, and none has to be stored as a secret."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

DIGEST_BYTES = 24


class SignedIds:
    """Texts of 54 characters that name an id for one purpose (HMAC-SHA256, cut to 192 bits).

    The text follows from the id, so that whoever renders a mail needs no secret from a table.
    Whether the id may still be used, and until when, is told by the row that it names.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, named: UUID, purpose: str) -> str:
        """The text that names the id for this purpose and no other."""
        signed = named.bytes + self._digest(named, purpose)
        return base64.urlsafe_b64encode(signed).decode().rstrip("=")

    def read(self, text: str, purpose: str) -> UUID | None:
        """The id that the text names for this purpose; None where it was not signed here."""
        try:
            signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(signed) != len(UUID(int=0).bytes) + DIGEST_BYTES:
            return None
        named = UUID(bytes=signed[:-DIGEST_BYTES])
        is_ours = hmac.compare_digest(signed[-DIGEST_BYTES:], self._digest(named, purpose))
        # One text for each id: base64 ignores some last bits, and would take other texts as well.
        return named if is_ours and hmac.compare_digest(self.sign(named, purpose), text) else None

    def _digest(self, named: UUID, purpose: str) -> bytes:
        message = purpose.encode() + b"\n" + named.bytes
        return hmac.digest(self._key, message, hashlib.sha256)[:DIGEST_BYTES]
