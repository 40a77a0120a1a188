"""Secrets of authenticator apps: made, kept sealed, and compared with what somebody types."""

from typing import Annotated
from uuid import UUID

import pyotp
from msgspec import Meta

from plaza.contexts.identity.totp import ShownCode, recovery_hash
from plaza.kernel.clock import Clock
from plaza.kernel.sealed import opened, sealed

STEP_S = 30
DIGITS = 6
STEPS_AROUND = 1
"""A code may be a step old or early: clocks differ, and people type slowly (RFC 6238, 5.2)."""
SECRET_LETTERS = 32
"""160 bits of base32, as RFC 4226 recommends."""


CodeText = Annotated[str, Meta(min_length=6, max_length=40)]
CHECK_CODE = (
    "Check the code and try again; each is good once, and after five wrong ones it takes a while "
    "until another is looked at."
)


class TotpCodes:
    """Knows the key that the secrets are sealed with."""

    def __init__(self, key: bytes, clock: Clock, issuer: str = "plaza") -> None:
        self._key = key
        self._clock = clock
        self._issuer = issuer

    def new_secret(self) -> str:
        return pyotp.random_base32(SECRET_LETTERS)

    def uri(self, secret: str, email: str) -> str:
        """What an app reads from a QR code."""
        return _generator(secret).provisioning_uri(name=email, issuer_name=self._issuer)

    def sealed(self, secret: str, account_id: UUID) -> bytes:
        """The secret as it is stored; in another account's row it cannot be opened."""
        return sealed(secret.encode(), self._key, str(account_id))

    def shown(self, code: str, held: bytes | None, account_id: UUID) -> ShownCode:
        """What the code is, compared with the sealed secret of the account."""
        return ShownCode(
            secret_encrypted=held,
            counter=None if held is None else self._counter_of(code, held, account_id),
            recovery_hash=recovery_hash(code),
        )

    def _counter_of(self, code: str, held: bytes, account_id: UUID) -> int | None:
        generator = _generator(opened(held, self._key, str(account_id)).decode())
        digits = "".join(code.split())
        current = generator.timecode(self._clock())
        around = range(current - STEPS_AROUND, current + STEPS_AROUND + 1)
        fitting = [step for step in around if _is_code_of(generator, step, digits)]
        return max(fitting, default=None)


def _generator(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)


def _is_code_of(generator: pyotp.TOTP, step: int, digits: str) -> bool:
    return pyotp.utils.strings_equal(digits, generator.generate_otp(step))
