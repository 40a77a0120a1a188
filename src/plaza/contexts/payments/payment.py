"""The payment of one order, whole: what its attempts have come to, and when to look after it."""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.payments.events import (
    WAITING,
    NextAction,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeclined,
    PaymentEvent,
    PaymentRefunded,
    PaymentRequested,
    PaymentReturnFailed,
    PaymentStatus,
    PaymentVoided,
    payment_status_of,
)
from plaza.contexts.payments.operation import Kind, Operation, Operations, doubled
from plaza.kernel.refusals import Conflict, NotThere
from plaza.writing.aggregate import Aggregates, VersionedRow
from plaza.writing.direct_rows import Question

CHECK_DELAY_S_MIN = 1
CHECK_DELAY_S_MAX = 60
GIVEN_UP = "given_up"

MOVED: dict[Kind, tuple[str, type[PaymentEvent]]] = {
    "charge": ("captured_minor", PaymentCaptured),
    "void": ("voided_minor", PaymentVoided),
    "refund": ("refunded_minor", PaymentRefunded),
}

F = TypeVar("F", bound=PaymentEvent)


class PaymentOver(Conflict):
    code = "payment_over"
    title = "The payment waits for nothing any more"


class PaymentInProgress(Conflict):
    """Somebody else is asking the provider; asking again in a moment finds the outcome."""

    code = "completion_in_progress"
    title = "The payment is being made"
    is_passing = True


TOLD = (
    *("version", "order_id", "account_id", "provider", "currency", "status", "amount_minor"),
    *("authorized_minor", "captured_minor", "voided_minor", "refunded_minor"),
)
"""The columns that every fact of a payment tells, besides its id."""


class Payment(VersionedRow):
    __tablename__ = "payment"
    __table_args__ = {"schema": "payments"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    order_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    provider: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[PaymentStatus] = mapped_column(Text)
    authorized_minor: Mapped[int] = mapped_column(BigInteger)
    captured_minor: Mapped[int] = mapped_column(BigInteger)
    voided_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_minor: Mapped[int] = mapped_column(BigInteger)
    operation_id: Mapped[UUID | None]
    authorization_id: Mapped[UUID | None]
    provider_reference: Mapped[str | None]
    open_attempts: Mapped[int]
    code: Mapped[str | None]
    next_action: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    claimed_until: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int]
    expires_at: Mapped[datetime]
    told: Mapped[str | None]
    """The type of the last fact; what it says is shown until the next one."""
    told_code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def is_approved(self) -> bool:
        """Whether an attempt has succeeded, whatever became of the money afterwards."""
        return self.authorized_minor > 0

    @property
    def awaits_transfer(self) -> bool:
        """Whether the shopper has been told to transfer the money."""
        action = self.next_action or {}
        return self.status == "pending" and action.get("type") == "bank_transfer"

    def is_claimed(self, now: datetime) -> bool:
        """Whether somebody is asking the provider about it right now."""
        return self.claimed_until is not None and self.claimed_until > now

    def wanted_action(self) -> NextAction | None:
        """What the shopper has to do, as far as it is known."""
        action = self.next_action
        return None if action is None else msgspec.convert(action, NextAction)

    def requested(self, now: datetime) -> PaymentRequested:
        """The first fact of a new one."""
        self.created_at = now
        return PaymentRequested(**self._told(), created_at=now)

    def begin(
        self, operation_id: UUID, now: datetime, claim_s: int, after: UUID | None = None
    ) -> PaymentActionRequired | None:
        """Begin another attempt to have it authorized, under a key of its own.

        Args:
            operation_id: the key.
            now: the database's time.
            claim_s: how long the caller has to ask the provider.
            after: the attempt before, where the caller holds the claim of it.

        Raises:
            PaymentOver: it does not wait to be paid.
            PaymentInProgress: another attempt is being made right now.
        """
        self._require_pending()
        if after != self.operation_id:
            self._require_unclaimed(now)
        self.operation_id = operation_id
        self.open_attempts += 1
        self._claim(now, claim_s)
        # What the attempt before has asked of the shopper leads nowhere any more.
        return None if self.next_action is None else self.require_action(WAITING)

    def claim(self, now: datetime, claim_s: int) -> None:
        """Let nobody but the caller ask the provider for a while.

        Raises:
            PaymentOver: there is nothing to ask about.
            PaymentInProgress: somebody else is asking.
        """
        self._require_pending()
        self._require_unclaimed(now)
        self._claim(now, claim_s)

    def approve(self, authorization: Operation, *, captures: bool) -> PaymentEvent:
        """Count an authorization that has succeeded, and perhaps captured the money as well."""
        if self.authorization_id is None:
            self.authorization_id = authorization.id
            self.authorized_minor += authorization.amount_minor
        self.provider_reference = authorization.provider_reference
        self.next_action = self.code = None
        # What was voided before cannot be captured any more, even where all is said to be.
        self.captured_minor += authorization.amount_minor - self.voided_minor if captures else 0
        fact: type[PaymentEvent] = PaymentCaptured if captures else PaymentAuthorized
        return self._changed(fact)

    def decline(self, code: str) -> PaymentDeclined:
        """Note that the last attempt was declined; the shopper may try again."""
        self.code, self.next_action = code, None
        return self._changed(PaymentDeclined, code=code)

    def require_action(self, action: NextAction) -> PaymentActionRequired | None:
        """Have the shopper do something; None where that was known already."""
        told = msgspec.to_builtins(action)
        if self.next_action == told:
            return None
        self.next_action = told
        return self._changed(PaymentActionRequired, next_action=action)

    def give_up(self, now: datetime) -> PaymentDeclined:
        """Stop waiting for it; the reconciler closes open attempts at the provider."""
        self.status, self.next_action, self.claimed_until = "failed", None, None
        self.next_check_at = now if self.open_attempts else None
        return self._changed(PaymentDeclined, code=self.code or GIVEN_UP)

    def move(self, operation: Operation, not_taken_minor: int = 0) -> PaymentEvent:
        """Count a part that was captured, voided or refunded.

        Args:
            operation: what was asked for.
            not_taken_minor: how much had counted as captured and was voided instead.
        """
        amount, fact = MOVED[operation.kind]
        setattr(self, amount, getattr(self, amount) + operation.amount_minor)
        self.captured_minor -= not_taken_minor
        return self._changed(fact)

    def refuse(self, operation: Operation, code: str) -> PaymentEvent:
        """Tell that the provider refuses for good to move a part."""
        charges = operation.kind == "charge"
        fact: type[PaymentEvent] = PaymentDeclined if charges else PaymentReturnFailed
        return self._changed(fact, code=code)

    def conclude(self, operation: Operation, now: datetime) -> None:
        """Give the claim back, if it was for this attempt, and plan the next look."""
        if operation.id == self.operation_id:
            self.claimed_until = None
        if self.open_attempts == 0:
            self.next_check_at = self.expires_at if self.status == "pending" else None
            return
        planned = now + doubled(CHECK_DELAY_S_MIN, self.checks, CHECK_DELAY_S_MAX)
        if self.status == "pending" and now < self.expires_at:
            # Nobody can be asked about a transfer: an operator confirms it, or its time runs out.
            is_told = self.awaits_transfer and self.open_attempts == 1
            planned = self.expires_at if is_told else min(planned, self.expires_at)
        # While somebody holds a claim, nobody else looks.
        self.next_check_at = max(planned, self.claimed_until or planned)
        self.checks += 1

    def _require_pending(self) -> None:
        if self.status != "pending":
            raise PaymentOver(f"It is {self.status}; nothing has to be paid.")

    def _require_unclaimed(self, now: datetime) -> None:
        if self.is_claimed(now):
            raise PaymentInProgress("Ask again in a moment what has become of it.")

    def _claim(self, now: datetime, claim_s: int) -> None:
        self.claimed_until = self.next_check_at = now + timedelta(seconds=claim_s)
        self.checks = 0

    def _changed(self, fact: type[F], **members: Any) -> F:
        derived = payment_status_of(
            amount=self.amount_minor,
            authorized=self.authorized_minor,
            captured=self.captured_minor,
            voided=self.voided_minor,
            refunded=self.refunded_minor,
        )
        if (self.status, derived) != ("failed", "pending"):
            self.status = derived
        self.version += 1
        self.told, self.told_code = fact.type(), members.get("code")
        return fact(**self._told(), **members)

    def _told(self) -> dict[str, Any]:
        return {"payment_id": self.id} | {name: getattr(self, name) for name in TOLD}


# Not FOR UPDATE, which would block foreign keys: whoever holds a share writes operations, and these
# refer to the payment.
LOCK = "FOR NO KEY UPDATE"
LOCKED = Question(Payment, f"SELECT {{columns}} FROM payments.payment WHERE id = $1 {LOCK}")
BY_ORDER_LOCKED = Question(
    Payment, f"SELECT {{columns}} FROM payments.payment WHERE order_id = $1 {LOCK}"
)
BY_OPERATION_LOCKED = Question(
    Payment,
    f"""
    SELECT {{columns}} FROM payments.payment
    WHERE id = (SELECT payment_id FROM payments.operation WHERE id = $1) {LOCK}
    """,
)


class Payments(Aggregates[Payment]):
    model_type = Payment

    async def find_locked(self, payment_id: UUID) -> Payment:
        """The payment, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        return _there(await LOCKED.first(self.session, payment_id))

    async def of_order_locked(self, order_id: UUID) -> Payment:
        """The order's payment, in the same way.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        return _there(await BY_ORDER_LOCKED.first(self.session, order_id))

    async def of_operation_locked(self, operation_id: UUID) -> tuple[Payment, Operation]:
        """An operation with its payment; the payment's lock is the operation's too.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        payment = _there(await BY_OPERATION_LOCKED.first(self.session, operation_id))
        # After the lock, which may have been waited for until the operation was concluded.
        return payment, await Operations(self.session).find(operation_id)


def _there(found: Payment | None) -> Payment:
    if found is None:
        raise NotThere
    return found
