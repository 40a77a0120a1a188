"""The second factor: codes that an authenticator app shows (RFC 6238), and codes for its loss."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Uuid, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from plaza.kernel.refusals import NotAuthenticated
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

RECOVERY_CODES = 10
RECOVERY_GROUPS = 4
RECOVERY_GROUP_LENGTH = 4
# No 0, O, 1, I: 32 letters, so that a code has 80 bits.
RECOVERY_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

FAILURES_FREE = 5
LOCK_FIRST = timedelta(seconds=30)
LOCK_DOUBLINGS_MAX = 7
"""From 30 s to 64 minutes, so that thirty codes a day can be tried at most."""


class TotpRequired(NotAuthenticated):
    code = "totp_required"
    title = "The account has a second factor"


class ShownCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that somebody typed, as far as it can be judged without the account's row."""

    secret_encrypted: bytes | None
    """The secret that it was compared with; None where there was none."""
    counter: int | None
    """The time step whose code it is; None where it is none of those around now."""
    recovery_hash: bytes


class Totp(Row):
    __tablename__ = "totp"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    account_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("identity.account.id"), primary_key=True
    )
    secret_encrypted: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None] = mapped_column(BigInteger)
    failed_count: Mapped[int]
    locked_until: Mapped[datetime | None]

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None

    def accepts(self, shown: ShownCode, now: datetime) -> bool:
        """Take the code, each time step once; wrong ones are counted, and then not looked at."""
        if self.locked_until is not None and now < self.locked_until:
            return False
        counter = shown.counter if shown.secret_encrypted == self.secret_encrypted else None
        if counter is None or (self.last_counter is not None and counter <= self.last_counter):
            self._count_failure(now)
            return False
        self.last_counter = counter
        self.forget_failures()
        return True

    def forget_failures(self) -> None:
        self.failed_count, self.locked_until = 0, None

    def _count_failure(self, now: datetime) -> None:
        self.failed_count += 1
        beyond = self.failed_count - FAILURES_FREE
        if beyond >= 0:
            self.locked_until = now + LOCK_FIRST * 2 ** min(beyond, LOCK_DOUBLINGS_MAX)


class RecoveryCode(Row):
    """Kept as a hash; it has too many bits to be guessed from that."""

    __tablename__ = "recovery_code"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    account_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("identity.account.id"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


async def locked_totp(account_id: UUID, work: UnitOfWork) -> Totp | None:
    """The account's second factor; whoever else checks a code of it waits."""
    return await work.session.get(Totp, account_id, with_for_update=True)


async def has_second_factor(account_id: UUID, work: UnitOfWork) -> bool:
    totp = await work.session.get(Totp, account_id)
    return totp is not None and totp.is_on


async def passes_second_factor(account_id: UUID, shown: ShownCode | None, work: UnitOfWork) -> bool:
    """Whether the code opens the account, if it needs one; the code is used up by that.

    A False is a result and no refusal, because the failure is to be counted.

    Raises:
        TotpRequired: no code was shown.
    """
    totp = await locked_totp(account_id, work)
    if totp is None or not totp.is_on:
        return True
    if shown is None:
        raise TotpRequired("Send the code that your authenticator app shows, or a recovery code.")
    if await _use_recovery_code(account_id, shown.recovery_hash, work):
        totp.forget_failures()
        return True
    return totp.accepts(shown, work.now)


async def give_recovery_codes(account_id: UUID, work: UnitOfWork) -> list[str]:
    """New codes, each good for one log-in; those before are good for none any more."""
    await _drop_recovery_codes(account_id, work)
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        work.session.add(
            RecoveryCode(account_id=account_id, code_hash=recovery_hash(code), used_at=None)
        )
    return codes


async def drop_second_factor(account_id: UUID, work: UnitOfWork) -> None:
    """Forget secret and recovery codes."""
    await _drop_recovery_codes(account_id, work)
    await work.session.execute(delete(Totp).where(Totp.account_id == account_id))


def recovery_hash(code: str) -> bytes:
    """What is kept of a recovery code, however it is typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()


async def _use_recovery_code(account_id: UUID, code_hash: bytes, work: UnitOfWork) -> bool:
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=work.now)
        .returning(RecoveryCode.code_hash)
    )
    return await work.session.scalar(used) is not None


async def _drop_recovery_codes(account_id: UUID, work: UnitOfWork) -> None:
    await work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _new_recovery_code() -> str:
    groups = (
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_GROUP_LENGTH))
        for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)
