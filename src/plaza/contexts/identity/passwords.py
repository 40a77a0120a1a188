"""Passwords: argon2id off the event loop, in as many threads as the machine can spare."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Meta

from plaza.kernel.refusals import Unprocessable

# The OWASP minimum (m = 19 MiB, t = 2, p = 1), which two cores do 88 times a second.
MEMORY_COST_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
PASSWORD_BYTES_MAX = 256
PASSWORD_LENGTH_MIN = 8

T = TypeVar("T")

PasswordText = Annotated[str, Meta(min_length=1, max_length=PASSWORD_BYTES_MAX)]


class WeakPassword(Unprocessable):
    code = "weak_password"
    title = "The password is too easy to guess"


class Passwords:
    """Hashes and checks passwords in a bounded pool."""

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._hasher = PasswordHasher(TIME_COST, MEMORY_COST_KIB, PARALLELISM)
        # What an unknown e-mail is checked against, so that it takes as long as a known one.
        self._nobody = self._hasher.hash("nobody's password")

    async def hashed(self, password: str) -> str:
        """The hash to keep.

        Raises:
            WeakPassword: too short, or too long to be hashed.
        """
        if len(password) < PASSWORD_LENGTH_MIN:
            raise WeakPassword(f"At least {PASSWORD_LENGTH_MIN} characters are wanted.")
        return await self._in_thread(self._hasher.hash, _bytes_of(password))

    async def matches(self, password: str, held: str | None) -> bool:
        """Whether the password is the one of the hash; takes the same time without a hash."""
        try:
            secret = _bytes_of(password)
        except WeakPassword:
            return False
        matches = await self._in_thread(self._verify, held or self._nobody, secret)
        return matches and held is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, held: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(held, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, function: Callable[..., T], *arguments: str | bytes) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)


def _bytes_of(password: str) -> bytes:
    secret = unicodedata.normalize("NFC", password).encode()
    if len(secret) > PASSWORD_BYTES_MAX:
        raise WeakPassword(f"At most {PASSWORD_BYTES_MAX} bytes can be used.")
    return secret
