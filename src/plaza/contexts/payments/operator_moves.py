"""What an operator may do with a payment as it stands now: capture it, void it, or neither."""

from collections.abc import Sequence

from plaza.contexts.payments.payment import Payment
from plaza.contexts.payments.share import Share


def operator_moves(payment: Payment, shares: Sequence[Share]) -> list[str]:
    """The moves that are open, as a refusal of another one names them."""
    possible = {"captured": can_be_captured(payment, shares), "voided": can_be_voided(shares)}
    return [wanted for wanted, is_possible in possible.items() if is_possible]


def can_be_captured(payment: Payment, shares: Sequence[Share]) -> bool:
    """Whether something is put aside, or a transfer can be confirmed to have come."""
    return payment.awaits_transfer or any(share.chargeable_minor > 0 for share in shares)


def can_be_voided(shares: Sequence[Share]) -> bool:
    """Whether something is put aside, and nothing of it was or is being taken."""
    is_taken = any(share.captured_minor + share.capturing_minor > 0 for share in shares)
    return not is_taken and any(share.chargeable_minor > 0 for share in shares)
