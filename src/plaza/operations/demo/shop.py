"""The shape of an invented shop: where it is, what it sells, how much of it."""

from typing import NamedTuple


class Shop(NamedTuple):
    """``share`` is the shop's weight among the shops that sell the same kind of goods."""

    name: str
    country: str
    share: int
    leaves: str
    description: str
