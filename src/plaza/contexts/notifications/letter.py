"""What one person reads."""

import msgspec


class Letter(msgspec.Struct, frozen=True):
    recipient: str
    subject: str
    text: str
    html: str
    """The same words, for who prefers to look at them."""
