"""The cart: what somebody means to buy, of however many vendors, in one currency."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.ordering.order_group import CompletionInProgress
from plaza.kernel.refusals import Conflict, NotThere, Unprocessable
from plaza.writing.aggregate import Row
from plaza.writing.direct_rows import Question
from plaza.writing.unit_of_work import UnitOfWork

CartStatus = Literal["open", "completing", "completed", "merged"]

LINES_MAX = 500
LINE_QUANTITY_MAX = 10_000

LineQuantity = Annotated[int, Meta(ge=1, le=LINE_QUANTITY_MAX)]


class CartCompleted(Conflict):
    code = "cart_completed"
    title = "The cart is an order or part of another cart by now"


class CartFull(Unprocessable):
    code = "cart_full"
    title = "No more lines fit into the cart"


class QuantityTooLarge(Unprocessable):
    code = "quantity_too_large"
    title = "More of one offer than a line may hold"


class OfferUnavailable(Unprocessable):
    code = "offer_unavailable"
    title = "It is not for sale"


class CurrencyMismatch(Unprocessable):
    code = "currency_mismatch"
    title = "It has no price in the cart's currency"


class WantedOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of an offer."""

    offer_id: UUID
    quantity: LineQuantity


class CartLine(Row):
    """How many of one offer; its price is the one at which it was put in or last changed."""

    __tablename__ = "cart_line"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("ordering.cart.id"))
    offer_id: Mapped[UUID]
    vendor_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price_minor: Mapped[int] = mapped_column(BigInteger)


class Cart(Row):
    __tablename__ = "cart"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    currency: Mapped[str]
    status: Mapped[CartStatus] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    @classmethod
    def begin(
        cls,
        cart_id: UUID,
        account_id: UUID | None,
        currency: str,
        now: datetime,
        lifetime: timedelta,
    ) -> Self:
        """A new one, open and empty."""
        return cls(
            id=cart_id,
            account_id=account_id,
            currency=currency,
            status="open",
            changed_at=now,
            expires_at=now + lifetime,
        )

    def require_open(self) -> None:
        """Refuse to change a cart that is being bought, or is bought.

        Raises:
            CompletionInProgress: it is being bought; the outcome is not known yet.
            CartCompleted: it is an order, or part of another cart.
        """
        if self.status == "completing":
            raise CompletionInProgress("Wait for the order, or for the cart to be usable again.")
        if self.status != "open":
            raise CartCompleted(f"The cart is {self.status}; begin another one.")

    def touch(self, now: datetime, lifetime: timedelta) -> None:
        """Count a change, from which on the cart lives for its whole lifetime again.

        Raises:
            CompletionInProgress, CartCompleted: it cannot be changed.
        """
        self.require_open()
        self.changed_at, self.expires_at = now, now + lifetime

    def claim(self, account_id: UUID) -> None:
        """Make a guest's cart an account's, which its secret does not open any more."""
        self.account_id = account_id

    def merge(self, now: datetime) -> None:
        """Close it: its lines are in another cart of its account now."""
        self.require_open()
        self.status, self.changed_at = "merged", now

    def begin_completion(self) -> None:
        """Have nobody change it until the outcome of its completion is known."""
        self.require_open()
        self.status = "completing"

    def complete(self) -> None:
        """It has become an order."""
        self.status = "completed"

    def reopen(self, now: datetime) -> None:
        """Let it be changed and completed again, after a completion that came to nothing.

        It lives for its whole lifetime again: whoever was declined on its last day still finds it.
        """
        if self.status == "completing":
            lifetime = self.expires_at - self.changed_at
            self.status, self.changed_at, self.expires_at = "open", now, now + lifetime


LOCKED = Question(
    Cart,
    """
    SELECT {columns} FROM ordering.cart WHERE id = $1 AND (status <> 'open' OR expires_at > $2)
    FOR NO KEY UPDATE
    """,
)
LATEST_OTHER = Question(
    Cart,
    """
    SELECT {columns} FROM ordering.cart c
    WHERE account_id = $1 AND currency = $2 AND id <> $3 AND status = 'open' AND expires_at > $4
    ORDER BY EXISTS (SELECT FROM ordering.cart_line l WHERE l.cart_id = c.id) DESC,
        changed_at DESC, id DESC
    LIMIT 1 FOR NO KEY UPDATE
    """,
)
LINES = Question(
    CartLine, "SELECT {columns} FROM ordering.cart_line WHERE cart_id = $1 ORDER BY id"
)
LOCK_CARTS_OF = text("SELECT pg_advisory_xact_lock(hashtextextended('carts:' || :account_id, 0))")


class Carts:
    """The carts that a unit of work may see."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    @classmethod
    def of(cls, work: UnitOfWork) -> Self:
        return cls(work)

    async def find_locked(self, cart_id: UUID) -> Cart:
        """The cart, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, it has expired, or it is not for the caller to see.
        """
        found = await LOCKED.first(self._work.session, cart_id, self._work.now)
        if found is None:
            raise NotThere
        return found

    async def lines_of(self, cart_id: UUID) -> list[CartLine]:
        """All of its lines, the oldest first."""
        return await LINES.all(self._work.session, cart_id)

    async def lock_those_of(self, account_id: UUID) -> None:
        """Let two who claim carts for one account do so one after the other."""
        await self._work.session.execute(LOCK_CARTS_OF, {"account_id": str(account_id)})

    async def latest_other(self, cart: Cart) -> Cart | None:
        """The cart of the same account and currency that was changed last, locked.

        One in which something lies comes before those in which nothing does.
        """
        of_cart = (cart.account_id, cart.currency, cart.id, self._work.now)
        return await LATEST_OTHER.first(self._work.session, *of_cart)
