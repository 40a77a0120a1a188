"""What a shopper does: fill a cart, complete it, look at the order."""

import asyncio
import time
from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Any

import msgspec
from bench_plaza.keep_alive import Answer

from buying_plaza.caller import Caller

APPROVED = "tok_approve"
ADDRESS = {
    "name": "Ada Shopper",
    "line1": "1 Market Street",
    "city": "York",
    "postal_code": "YO1 7HH",
    "country": "GB",
}
EMAIL = "ada.shopper@plaza.example"
PATIENCE_S = 60.0
ASK_AGAIN_S = 0.2
CONFLICT = 409
IN_PROGRESS = {"completion_in_progress", "request_in_progress"}


class Money(msgspec.Struct, frozen=True):
    amount_minor: int
    currency: str


class Cart(msgspec.Struct, frozen=True):
    """A cart as its commands answer with it; guests get its secret once."""

    id: str
    total: Money
    secret: str | None = None


class PlacedPart(msgspec.Struct, frozen=True):
    id: str
    vendor_id: str
    number: str


class Completed(msgspec.Struct, frozen=True):
    """The order that a cart has become."""

    order_id: str
    number: str
    status: str
    payment_status: str
    total: Money
    vendor_orders: list[PlacedPart]
    order_secret: str | None = None


class ShortLine(msgspec.Struct, frozen=True):
    offer_id: str
    requested: int
    available: int


class Refusal(msgspec.Struct, frozen=True):
    """A problem's code, and what was short where that was the problem."""

    code: str = ""
    lines: list[ShortLine] = []


class Line(msgspec.Struct, frozen=True):
    offer_id: str
    quantity: int


class Attempt(msgspec.Struct, frozen=True):
    """One wish to complete a cart, sent with one key however often it has to be repeated."""

    cart: Cart
    body: dict[str, Any]
    key: str


class Shopper:
    """A guest, or somebody who is logged in.

    Attributes:
        caller: the connection, which others may share in turn.
    """

    def __init__(self, caller: Caller, authorization: str | None = None) -> None:
        self.caller = caller
        self._log_in = {} if authorization is None else {"Authorization": authorization}

    async def fill_cart(
        self,
        lines: Iterable[Line],
        *,
        currency: str,
        with_address: bool = True,
        patience_s: float = PATIENCE_S,
    ) -> Cart:
        """A new cart with these lines and, in the same request, where it goes to.

        Raises:
            NeverAnswered: the server was gone for too long.
            UnexpectedAnswer: it was refused.
        """
        body = {
            "currency": currency,
            "lines": [msgspec.structs.asdict(line) for line in lines],
            **({"address": ADDRESS} if with_address else {}),
        }
        answer = await self.caller.ask_until_answered(
            "POST",
            "/v1/carts",
            body,
            patience_s=patience_s,
            Idempotency_Key=token_urlsafe(24),
            **self._log_in,
        )
        return answer.document(Cart)

    async def add_line(self, cart: Cart, line: Line) -> Cart:
        """Put one more line into the cart."""
        return await self._change("POST", cart, "lines", msgspec.structs.asdict(line))

    async def set_address(self, cart: Cart) -> Cart:
        """Say where the cart goes to."""
        return await self._change("PUT", cart, "address", ADDRESS)

    async def complete(self, attempt: Attempt, *, patience_s: float = PATIENCE_S) -> Answer:
        """Complete the cart, repeated under the same key until there is an answer.

        Raises:
            NeverAnswered: the server was gone for too long.
        """
        return await self.caller.ask_until_answered(
            "POST",
            f"/v1/carts/{attempt.cart.id}/complete",
            attempt.body,
            patience_s=patience_s,
            Idempotency_Key=attempt.key,
            **self._opening(attempt.cart),
        )

    async def complete_patiently(self, attempt: Attempt, *, patience_s: float) -> Answer:
        """As `complete`, and ask again while an earlier request for the same cart is at work.

        Raises:
            NeverAnswered: the server was gone for too long.
        """
        deadline_s = time.monotonic() + patience_s
        while True:
            answer = await self.complete(attempt, patience_s=patience_s)
            is_busy = answer.status == CONFLICT and refusal_in(answer).code in IN_PROGRESS
            if not is_busy or time.monotonic() > deadline_s:
                return answer
            await asyncio.sleep(ASK_AGAIN_S)

    async def look_at(
        self, completed: Completed, *, patience_s: float = PATIENCE_S, **headers: str
    ) -> Answer:
        """The order as the read model shows it."""
        secret = completed.order_secret
        opening = self._log_in or {"Plaza_Order_Secret": secret or ""}
        return await self.caller.ask_until_answered(
            "GET",
            f"/v1/orders/{completed.order_id}",
            patience_s=patience_s,
            **opening,
            **headers,
        )

    async def _change(self, method: str, cart: Cart, what: str, body: object) -> Cart:
        key = {"Idempotency_Key": token_urlsafe(24)} if method == "POST" else {}
        answer = await self.caller.ask_until_answered(
            method,
            f"/v1/carts/{cart.id}/{what}",
            body,
            patience_s=PATIENCE_S,
            **key,
            **self._opening(cart),
        )
        return msgspec.structs.replace(answer.document(Cart), secret=cart.secret)

    def _opening(self, cart: Cart) -> dict[str, str]:
        return self._log_in or {"Plaza_Cart_Secret": cart.secret or ""}


def attempt_of(cart: Cart, token: str = APPROVED) -> Attempt:
    """A new attempt to complete a cart at the total that its shopper was shown."""
    body = {
        "email": EMAIL,
        "expected_total": msgspec.structs.asdict(cart.total),
        "payment": {"provider": "sandbox", "token": token},
    }
    return Attempt(cart, body, token_urlsafe(24))


def refusal_in(answer: Answer) -> Refusal:
    return msgspec.json.decode(answer.body, type=Refusal)


async def token_of_all(shopper: Shopper, endless: Line, currency: str) -> str:
    """The consistency token of an order that comes now, and so after all that was done before."""
    cart = await shopper.fill_cart([endless], currency=currency)
    answer = await shopper.complete(attempt_of(cart))
    answer.check()
    return answer.headers["plaza-consistency"]
