"""What is asked of a provider, under a key that makes asking again harmless."""

from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from plaza.kernel.refusals import NotThere
from plaza.outbox.driver import driver_of
from plaza.writing.aggregate import Row
from plaza.writing.direct_rows import Question, flush
from plaza.writing.unit_of_work import UnitOfWork

Kind = Literal["authorization", "charge", "refund", "void"]
OperationStatus = Literal["requested", "succeeded", "failed"]

RETRY_DELAY_S_MIN = 2
RETRY_DELAY_S_MAX = 3600
DOUBLINGS_MAX = 20
"""More than lead to any longest delay; greater powers would only be slow to compute."""


class Operation(Row):
    """Its id is the provider's idempotency key."""

    __tablename__ = "operation"
    __table_args__ = {"schema": "payments"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    order_id: Mapped[UUID]
    vendor_order_id: Mapped[UUID | None]
    vendor_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    kind: Mapped[Kind] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[OperationStatus] = mapped_column(Text)
    provider_reference: Mapped[str | None]
    authorization_id: Mapped[UUID | None]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    def conclude(self, status: OperationStatus) -> bool:
        """Take down what became of it; a success stands, whatever is said afterwards.

        Returns:
            Whether it was open until now.
        """
        was_open = self.status == "requested"
        if self.status != "succeeded":
            self.status = status
        self.next_attempt_at = self.claimed_until = None
        return was_open

    def try_later(self, now: datetime, error: str) -> None:
        """What became of it is not known; have it asked for again, under the same key."""
        delay = doubled(RETRY_DELAY_S_MIN, self.attempts, RETRY_DELAY_S_MAX)
        self.next_attempt_at, self.claimed_until = now + delay, None
        self.last_error = error


def doubled(delay_s: int, times: int, delay_s_max: int) -> timedelta:
    """The delay doubled so many times, up to the longest one."""
    return timedelta(seconds=min(delay_s * 2 ** min(times, DOUBLINGS_MAX), delay_s_max))


FIND = Question(Operation, "SELECT {columns} FROM payments.operation WHERE id = $1")
HAS_CHARGES = """
    SELECT EXISTS (SELECT FROM payments.operation WHERE payment_id = $1 AND kind = 'charge')
"""


class Operations:
    """The operations that a unit of work may see."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @classmethod
    def of(cls, work: UnitOfWork) -> Self:
        return cls(work.session)

    async def find(self, operation_id: UUID) -> Operation:
        """The operation of that key.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        found = await FIND.first(self._session, operation_id)
        if found is None:
            raise NotThere
        return found

    async def has_charges(self, payment_id: UUID) -> bool:
        """Whether a capture was ever requested, apart from the authorization."""
        await flush(self._session)
        return bool(await (await driver_of(self._session)).fetchval(HAS_CHARGES, payment_id))
