"""How words are compared: without case, accents and marks."""

import re
import unicodedata
from collections.abc import Iterator

WORDS_MAX = 8
"""From so many words of a title on it is found; later ones only follow these."""
LENGTH_MAX = 200
"""What is longer would not fit an index: one character may be taken apart into eighteen."""

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['\u2019\u02bc]")
# Letters that people take for another with a mark, and Unicode for one of its own.
_ALIKE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "þ": "th"}
)


def spelled(text: str) -> str:
    """The words of a text as they are compared, a blank between them; none of what is no word."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    # Casefolding once more: some characters are made of capitals only when they are taken apart.
    bare = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(_WORD.findall(bare.translate(_ALIKE)))[:LENGTH_MAX]


def beginnings(text: str) -> Iterator[str]:
    """The text from each of its words on: what somebody may have begun to type."""
    words = spelled(text).split()
    for place in range(min(len(words), WORDS_MAX)):
        yield " ".join(words[place:])
