"""Passwords: argon2id off the event loop, in as many threads as the machine can spare."""

import asyncio
import os
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Annotated, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Meta

from plaza.contexts.identity.common_passwords import common_passwords
from plaza.kernel.refusals import Unavailable, Unprocessable

# The OWASP minimum (m = 19 MiB, t = 2, p = 1), which two cores do 88 times a second.
MEMORY_COST_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
NICENESS = 15
PASSWORD_BYTES_MAX = 256
PASSWORD_LENGTH_MIN = 8
# As long as two cores need for a second; who waits longer is better told to come back.
QUEUE_SIZE = 100

T = TypeVar("T")

PasswordText = Annotated[str, Meta(min_length=1, max_length=PASSWORD_BYTES_MAX)]


class WeakPassword(Unprocessable):
    code = "weak_password"
    title = "The password is too easy to guess"


class PasswordsBusy(Unavailable):
    code = "passwords_busy"
    title = "Too many passwords are being checked"


class Passwords:
    """Hashes and checks passwords in a bounded pool, before which few may wait."""

    def __init__(self, workers: int, queue_size: int = QUEUE_SIZE) -> None:
        self._threads = ThreadPoolExecutor(
            workers, thread_name_prefix="argon2", initializer=_give_way
        )
        self._places = BoundedSemaphore(workers + queue_size)
        self._hasher = PasswordHasher(TIME_COST, MEMORY_COST_KIB, PARALLELISM)
        self._common = common_passwords(PASSWORD_LENGTH_MIN)
        # What an unknown e-mail is checked against, so that it takes as long as a known one.
        self._nobody = self._hasher.hash("nobody's password")

    async def hashed(self, password: str, *about: str) -> str:
        """The hash to keep.

        Args:
            password: as it was typed.
            about: what others know of the person, which must not be the password: e-mail, name.

        Raises:
            WeakPassword: too short, or too long to be hashed, or tried by everybody first.
            PasswordsBusy: too many wait already.
        """
        secret = _bytes_of(password)
        if len(password) < PASSWORD_LENGTH_MIN:
            raise WeakPassword(f"At least {PASSWORD_LENGTH_MIN} characters are wanted.")
        plain = _plain(password)
        if plain in self._common:
            raise WeakPassword("It is among the passwords that are tried first; take another.")
        if plain in _known_of(about):
            raise WeakPassword("Your e-mail or your name is not a password; take another.")
        return await self._in_thread(self._hasher.hash, secret)

    async def matches(self, password: str, held: str | None) -> bool:
        """Whether the password is the one of the hash; takes the same time without a hash.

        Raises:
            PasswordsBusy: too many wait already.
        """
        try:
            secret = _bytes_of(password)
        except WeakPassword:
            return False
        matches = await self._in_thread(self._verify, held or self._nobody, secret)
        return matches and held is not None

    def refuse_when_busy(self) -> None:
        """Refuse a log-in before the database is asked for what it could not be checked against.

        Raises:
            PasswordsBusy: too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise PasswordsBusy("Try again in a moment.")
        self._places.release()

    def is_outdated(self, held: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(held)

    async def rehashed(self, password: str) -> str:
        """Another hash of a password that was good enough when it was chosen.

        Raises:
            PasswordsBusy: too many wait already.
        """
        return await self._in_thread(self._hasher.hash, _bytes_of(password))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, held: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(held, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, function: Callable[..., T], *arguments: str | bytes) -> T:
        if not self._places.acquire(blocking=False):
            raise PasswordsBusy("Try again in a moment.")
        work = self._threads.submit(function, *arguments)
        # The place is free when the thread is, also where the caller has gone away meanwhile.
        work.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(work)


def _bytes_of(password: str) -> bytes:
    secret = unicodedata.normalize("NFC", password).encode()
    if len(secret) > PASSWORD_BYTES_MAX:
        raise WeakPassword(f"At most {PASSWORD_BYTES_MAX} bytes can be used.")
    return secret


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _known_of(about: tuple[str, ...]) -> set[str]:
    """The texts themselves, and what stands before an @."""
    return {_plain(part) for text in about for part in (text, text.partition("@")[0])}


def _give_way() -> None:
    """Let everything else on the machine go first: a flood of log-ins is to slow itself only.

    A thread has a niceness of its own on Linux; elsewhere the whole process would get it.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
