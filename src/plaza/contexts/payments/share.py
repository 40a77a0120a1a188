"""One vendor order's part of a payment; its amounts are stored, never computed as a proportion."""

from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.payments.events import PaymentStatus, ShareChanged, payment_status_of
from plaza.contexts.payments.operation import Kind
from plaza.kernel.refusals import NotThere
from plaza.writing.aggregate import Aggregates, VersionedRow
from plaza.writing.direct_rows import Question

MOVED: dict[Kind, str] = {
    "charge": "captured_minor",
    "void": "voided_minor",
    "refund": "refunded_minor",
}
# The columns that count what waits for the provider; a void counts twice, being a return too.
WAITING: dict[Kind, tuple[str, ...]] = {
    "charge": ("capturing_minor",),
    "void": ("returning_minor", "voiding_minor"),
    "refund": ("returning_minor",),
}


class Share(VersionedRow):
    __tablename__ = "share"
    __table_args__ = {"schema": "payments"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    payment_id: Mapped[UUID]
    order_id: Mapped[UUID]
    vendor_order_id: Mapped[UUID]
    vendor_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    authorized_minor: Mapped[int] = mapped_column(BigInteger)
    captured_minor: Mapped[int] = mapped_column(BigInteger)
    voided_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_minor: Mapped[int] = mapped_column(BigInteger)
    capturing_minor: Mapped[int] = mapped_column(BigInteger)
    returning_minor: Mapped[int] = mapped_column(BigInteger)
    voiding_minor: Mapped[int] = mapped_column(BigInteger)

    @property
    def chargeable_minor(self) -> int:
        """What is authorized and could be captured: not voided, captured, or about to be."""
        gone = self.captured_minor + self.voided_minor + self.voiding_minor
        return self.authorized_minor - gone - self.capturing_minor

    @property
    def refundable_minor(self) -> int:
        """What was or is being captured, and is not refunded or about to be."""
        refunding = self.returning_minor - self.voiding_minor
        return self.captured_minor + self.capturing_minor - self.refunded_minor - refunding

    @property
    def given_back_minor(self) -> int:
        """What was voided or refunded, or is on its way to be."""
        return self.voided_minor + self.refunded_minor + self.returning_minor

    @property
    def returnable_minor(self) -> int:
        """What could still be given back, by a void or a refund."""
        return self.chargeable_minor + self.refundable_minor

    def wait_for(self, kind: Kind, amount_minor: int) -> None:
        """Count what the provider is asked to move, until it has answered."""
        self._add(WAITING[kind], amount_minor)
        self.version += 1

    def conclude(self, kind: Kind, amount_minor: int, *, waited: bool, moved: bool) -> int:
        """Take down what became of a movement that the provider was asked for.

        Args:
            kind: of the movement.
            amount_minor: how much it was about.
            waited: whether its outcome was still open.
            moved: whether it was made.

        Returns:
            How much of what had counted as captured has been voided instead.
        """
        self._add(WAITING[kind], -amount_minor if waited else 0)
        self._add((MOVED[kind],), amount_minor if moved else 0)
        self.version += 1
        # All was said to be captured, and then a part to be voided: only the rest was captured.
        if kind != "void" or not moved:
            return 0
        not_taken = max(0, self.captured_minor + self.voided_minor - self.authorized_minor)
        self.captured_minor -= not_taken
        return not_taken

    def told(self, *, failed: bool = False) -> ShareChanged:
        """How it stands, as a fact.

        Args:
            failed: whether its payment was given up, which does not follow from amounts.
        """
        derived: PaymentStatus = payment_status_of(
            amount=self.amount_minor,
            authorized=self.authorized_minor,
            captured=self.captured_minor,
            voided=self.voided_minor,
            refunded=self.refunded_minor,
        )
        return ShareChanged(
            share_id=self.id,
            version=self.version,
            payment_id=self.payment_id,
            order_id=self.order_id,
            vendor_order_id=self.vendor_order_id,
            vendor_id=self.vendor_id,
            account_id=self.account_id,
            currency=self.currency,
            status="failed" if failed and derived == "pending" else derived,
            amount_minor=self.amount_minor,
            authorized_minor=self.authorized_minor,
            captured_minor=self.captured_minor,
            voided_minor=self.voided_minor,
            refunded_minor=self.refunded_minor,
            returning_minor=self.returning_minor,
        )

    def _add(self, names: tuple[str, ...], amount_minor: int) -> None:
        for name in names:
            setattr(self, name, getattr(self, name) + amount_minor)


OF_VENDOR_ORDER_LOCKED = Question(
    Share, "SELECT {columns} FROM payments.share WHERE vendor_order_id = $1 FOR UPDATE"
)
OF_PAYMENT_LOCKED = Question(
    Share, "SELECT {columns} FROM payments.share WHERE payment_id = $1 ORDER BY id FOR UPDATE"
)
APPROVE = Question(
    Share,
    """
    UPDATE payments.share SET version = version + 1,
        authorized_minor = authorized_minor + CASE WHEN $2 THEN amount_minor ELSE 0 END,
        captured_minor = captured_minor + CASE WHEN $3 THEN amount_minor - voided_minor ELSE 0 END
    WHERE payment_id = $1 RETURNING {columns}
    """,
)


class Shares(Aggregates[Share]):
    model_type = Share

    async def of_vendor_order_locked(self, vendor_order_id: UUID) -> Share:
        """The vendor order's part, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        share = await OF_VENDOR_ORDER_LOCKED.first(self.session, vendor_order_id)
        if share is None:
            raise NotThere
        return share

    async def of_payment_locked(self, payment_id: UUID) -> list[Share]:
        """All parts of a payment; the caller holds the payment's lock."""
        return await OF_PAYMENT_LOCKED.all(self.session, payment_id)

    async def approve(self, payment_id: UUID, *, authorizes: bool, captures: bool) -> list[Share]:
        """Count the approval of a whole payment: each part with its own amount, in one statement.

        A part that was voided before is left out of what counts as captured.
        """
        found = await APPROVE.all(self.session, payment_id, authorizes, captures)
        return sorted(found, key=lambda share: share.id)

    async def touch(self, payment_id: UUID) -> list[Share]:
        """Give all parts a new version, to tell something that does not follow from amounts."""
        return await self.approve(payment_id, authorizes=False, captures=False)
