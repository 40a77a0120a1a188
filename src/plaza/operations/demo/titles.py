"""From the merchant's SHOUTING to a title that a shopper can read."""

import re

from plaza.operations.demo.title_words import (
    ALWAYS_UPPER,
    MISSPELT_PHRASES,
    SMALL_WORDS,
    SPELT_OUT,
)

_SET = re.compile(r"\b(?:SET(?: OF ?|/| )?|S/)(?=\d+\b(?! PIECE))")
_PACK = re.compile(r"\b(PACK|BOX)(?: OF |/| )(?=\d+\b)")
_SUPPLIERS_NUMBER = re.compile(r" 1[67]\d{3}$")
_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)*")
_INCHES = re.compile(r'(?<=\d)"(?=\w)')


def title_of(wording: str) -> str:
    """Spells abbreviations out, mends slips and sets the words in title case."""
    plain = wording.strip(" *")
    if plain[1:2].islower():
        return _spaced(plain)  # The merchant wrote these few in mixed case already.
    return _cased(_spaced(spelt_out(plain)))


def spelt_out(wording: str) -> str:
    """Gives the wording in capitals without abbreviations and slips."""
    mended = wording.upper()
    for wrong, right in MISSPELT_PHRASES:
        mended = mended.replace(wrong, right)
    mended = _INCHES.sub('" ', _SUPPLIERS_NUMBER.sub("", mended))
    mended = _PACK.sub(r"\1 OF ", _SET.sub("SET OF ", mended))
    return _WORD.sub(lambda word: SPELT_OUT.get(word[0], word[0]), mended)


def _spaced(wording: str) -> str:
    """Puts blanks where a reader expects them, and none where he does not."""
    mended = re.sub(r"\s*,\s*", ", ", wording)
    mended = re.sub(r"\s*\+\s*", " + ", mended)
    mended = re.sub(r"\.(?=$|\s)", "", mended)
    return re.sub(r"\s+", " ", mended).strip(" ,-.")


def _cased(wording: str) -> str:
    return _WORD.sub(lambda found: _cased_word(found, wording), wording)


def _cased_word(found: re.Match[str], wording: str) -> str:
    word = found[0]
    if any(letter.isdigit() for letter in word):
        return _cased_measure(word)
    before, after = wording[: found.start()], wording[found.end() :]
    at_an_end = not before or not after or before.endswith('"')
    if word in ALWAYS_UPPER:
        return word
    return word.lower() if word.lower() in SMALL_WORDS and not at_an_end else word.capitalize()


def _cased_measure(word: str) -> str:
    """Writes 40X40CM as 40x40cm and 50'S as 50s, but leaves 3D, A4 and 25W as they are."""
    small = re.fullmatch(r"[\dX]+(?:CM|G|C)+(?:X\d+CM)?|\d+'S|\d+X[\dX]+CM", word)
    return word.replace("'", "").replace("CMX", "X").lower() if small else word
