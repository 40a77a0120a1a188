"""What the marketplace has set for checkouts, as their routes hand it on."""

from datetime import timedelta

from plaza.contexts.payments.provider import BANK_TRANSFER
from plaza.settings import Settings


def captures_at_placement(settings: Settings) -> bool:
    """Whether the money is taken at once and not only put aside."""
    return settings.payment_capture == "at_placement"


def pending_for(provider: str, settings: Settings) -> timedelta:
    """How long an order waits for its payment; transfers take days."""
    if provider == BANK_TRANSFER:
        return timedelta(days=settings.bank_transfer_days)
    return timedelta(minutes=settings.checkout_minutes)


def acceptance_s(settings: Settings) -> int | None:
    """How long vendors have to accept an order; None: they need not."""
    if not settings.vendor_acceptance:
        return None
    return int(timedelta(hours=settings.acceptance_hours).total_seconds())
