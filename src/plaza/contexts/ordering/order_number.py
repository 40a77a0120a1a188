"""Numbers of orders: short, hard to guess from one another, and safe to read aloud."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misheard and misread."""

BASE = len(ALPHABET)
DIGITS = 7
SPACE = BASE**DIGITS
# Odd, so that multiplication by it is a permutation of all numbers below SPACE.
STEP = 0x5_D588_B65 | 1
OFFSET = 0x2A_C0FF_EE5 % SPACE
GROUP = 4


def order_number_of(ordinal: int) -> str:
    """The number of the n-th order: seven digits and one that checks them, as `K7QD-M2X5`.

    Consecutive orders get numbers far apart, so that a number tells neither how many orders there
    are nor the next one. The last digit is Luhn's, modulo 32: it finds each wrong digit and nearly
    every swap of neighbours.
    """
    scattered = (ordinal * STEP + OFFSET) % SPACE
    digits = [scattered // BASE**place % BASE for place in reversed(range(DIGITS))]
    text = "".join(ALPHABET[digit] for digit in [*digits, _check_digit(digits)])
    return f"{text[:GROUP]}-{text[GROUP:]}"


def is_order_number(text: str) -> bool:
    """Whether the text can be a number that was made here."""
    plain = text.replace("-", "")
    if len(plain) != DIGITS + 1 or any(letter not in ALPHABET for letter in plain):
        return False
    digits = [ALPHABET.index(letter) for letter in plain]
    return _check_digit(digits[:-1]) == digits[-1]


def _check_digit(digits: list[int]) -> int:
    """Luhn's algorithm modulo N (ISO/IEC 7812-1, generalized), for N = 32."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * (2 - place % 2)
        total += doubled // BASE + doubled % BASE
    return -total % BASE
