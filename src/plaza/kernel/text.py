"""The kinds of text that people write, and what is refused of it."""

import re
import unicodedata
from typing import Annotated

from anyascii import anyascii
from msgspec import Meta

# Named one by one: what `\s` takes differs between Python and ECMA-262, which the readers of the
# OpenAPI document speak.
_BLANKS = r"\x09-\x0d\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
VISIBLE = f"[^{_BLANKS}]"
"""A title of blanks only would be stored and never be seen: one such character is wanted."""

NOT_BLANK = "A text that is not all blanks"

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE, description=NOT_BLANK)]
Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=VISIBLE, description=NOT_BLANK)]
Paragraphs = Annotated[str, Meta(max_length=20_000)]
ShortText = Annotated[str, Meta(max_length=500)]
Reason = Annotated[
    str, Meta(min_length=1, max_length=1_000, pattern=VISIBLE, description=NOT_BLANK)
]
Sku = Annotated[str, Meta(min_length=1, max_length=100)]
EmailText = Annotated[str, Meta(min_length=3, max_length=254)]
Country = Annotated[
    str, Meta(pattern=r"^[A-Z]{2}\Z", description="ISO 3166-1 alpha-2 in capitals, as in `GB`")
]
_SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z"
_SLUG_MAX = 80
Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=_SLUG_MAX,
        pattern=_SLUG,
        description="Small letters and digits, with single hyphens between: `oak-table`",
    ),
]

SLUG_LENGTH_MAX = 60
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def slug_of(text: str) -> str:
    """A readable path segment made of a title in any script; `item` where nothing can be kept."""
    plain = anyascii(unicodedata.normalize("NFC", text)).lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    return "-".join(words)[:SLUG_LENGTH_MAX].strip("-") or "item"


def is_like_an_id(slug: str) -> bool:
    """Whether it reads as an id: what is found by either must not be taken for something else."""
    return _ID.fullmatch(slug) is not None


def is_slug(text: str) -> bool:
    """Whether anything can have that slug."""
    return len(text) <= _SLUG_MAX and re.match(_SLUG, text) is not None


def normalized_name(name: str) -> str:
    """The form in which two names that look the same compare equal; case and blanks count."""
    return unicodedata.normalize("NFC", name)


def normalized_email(email: str) -> str:
    """The form in which two spellings of one address compare equal."""
    return unicodedata.normalize("NFC", email).strip().casefold()
