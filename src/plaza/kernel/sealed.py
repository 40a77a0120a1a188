"""Bytes that only the holder of a key can read, and nobody else can replace (AES-256-GCM)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class NotSealedHere(ValueError):  # noqa: N818  it names the reason
    """The bytes were not sealed with this key, or not for this place."""


def sealed(content: bytes, key: bytes, place: str) -> bytes:
    """Seal the content; it can be opened with the key and the name of its place only.

    Args:
        content: what nobody else shall read.
        key: 32 bytes, such as `derived_key` gives.
        place: where it is kept, so that it cannot be moved to another place unnoticed.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def opened(held: bytes, key: bytes, place: str) -> bytes:
    """What was sealed.

    Raises:
        NotSealedHere: with another key, for another place, or changed since.
    """
    nonce, content = held[:NONCE_BYTES], held[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, content, place.encode())
    except (InvalidTag, ValueError) as error:
        raise NotSealedHere(f"What is kept at {place} cannot be opened.") from error
