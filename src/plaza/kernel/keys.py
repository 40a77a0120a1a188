"""Keys for one purpose each, derived from the installation's one secret."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derived_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes that only this secret and this purpose give (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"plaza/{purpose}".encode()).derive(secret)
