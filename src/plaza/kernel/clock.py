"""The time, handed in from outside wherever a rule depends on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset from UTC")]
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The host's time, for what nobody compares with another host's: the date on a mail."""
    return datetime.now(UTC)
