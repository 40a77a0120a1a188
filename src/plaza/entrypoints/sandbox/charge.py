"""What the sandbox is asked and what it answers."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Amount = Annotated[int, Meta(ge=1, description="In the currency's minor unit")]
Status = Literal["approved", "declined", "action_required", "closed"]
Movement = Literal["capture", "void", "refund"]

ACTION_REQUIRED = "tok_action_required"
TIMEOUT_AFTER_CHARGE = "tok_timeout_after_charge"
SLOW = "tok_slow"
APPROVED = frozenset(("tok_approve", TIMEOUT_AFTER_CHARGE, SLOW))
DECLINED = {
    "tok_decline": "card_declined",
    "tok_decline_insufficient_funds": "insufficient_funds",
}
UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  a code, no password
BY_SHOPPER = "declined_by_shopper"
CLOSED: Literal["closed"] = "closed"


class NewCharge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authorization; with `captures` the money is taken at once."""

    amount_minor: Amount
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
    token: str
    captures: bool
    order_number: str


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """An authorization and what became of it."""

    key: str
    reference: str
    status: Status
    code: str | None
    """Why it was declined."""
    amount_minor: int
    currency: str
    token: str
    captures: bool
    order_number: str
    captured_minor: int
    voided_minor: int
    refunded_minor: int
    redirect_url: str | None = None
    """Where the shopper approves or declines, while that is to be done."""

    def is_asked_by(self, asked: NewCharge) -> bool:
        """Whether this is what was asked for, and not something else under the same key."""
        mine = (self.amount_minor, self.currency, self.token, self.captures)
        return mine == (asked.amount_minor, asked.currency, asked.token, asked.captures)


class NewMovement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part or all of an authorization to be captured, voided or refunded."""

    reference: str
    amount_minor: Amount
    currency: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a capture, void or refund."""

    key: str
    kind: Movement
    reference: str
    amount_minor: int
    currency: str
    status: Literal["returned", "refused"]
    code: str | None
    """Why it was refused."""


def status_for(token: str) -> tuple[Status, str | None]:
    """What a token stands for, and why it is declined if it is."""
    if token in APPROVED:
        return "approved", None
    if token == ACTION_REQUIRED:
        return "action_required", None
    return "declined", DECLINED.get(token, UNKNOWN_TOKEN)


def refusal_of(kind: Movement, asked: NewMovement, charge: Charge) -> str | None:
    """Why the money cannot be moved."""
    if charge.status != "approved":
        return "not_authorized"
    if asked.currency != charge.currency:
        return "currency_mismatch"
    open_minor = charge.amount_minor - charge.captured_minor - charge.voided_minor
    left = charge.captured_minor - charge.refunded_minor if kind == "refund" else open_minor
    return None if asked.amount_minor <= left else f"{kind}_exceeds_rest"
