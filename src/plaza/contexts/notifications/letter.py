"""What one person reads."""

import msgspec


class LetterPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one vendor sells, as a letter lists it."""

    heading: str
    lines: list[str]
    total: str


class Letter(msgspec.Struct, frozen=True):
    recipient: str
    subject: str
    text: str
    html: str
    """The same words, for who prefers to look at them."""
