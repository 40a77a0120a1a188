"""The time, handed in from outside wherever a rule depends on it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The host's time, for what stays on this host: token lifetimes, log lines."""
    return datetime.now(UTC)
