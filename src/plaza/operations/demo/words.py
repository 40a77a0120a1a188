"""How wordings become comparable words."""

import re
from string import ascii_letters

_LONGER_THAN_A_STEM = 3


def number_of(sku: str) -> str:
    """Gives a stock code without the letters that tell variants apart: 47590b is 47590."""
    return sku.rstrip(ascii_letters)


def spaced_words(wording: str) -> str:
    """Writes words in the singular between single blanks, so that a phrase is a substring."""
    words = re.findall(r"[A-Z0-9]+", wording.upper().replace("'", ""))
    return f" {' '.join(_singular(word) for word in words)} "


def _singular(word: str) -> str:
    if word.endswith("XES"):
        return word[:-2]
    plural = word.endswith("S") and not word.endswith("SS")
    return word[:-1] if plural and len(word) > _LONGER_THAN_A_STEM else word
