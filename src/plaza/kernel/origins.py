"""The web origins whose pages may read what plaza answers."""

import re
from typing import Self

ORIGIN = re.compile(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?")
EVERY = "*"


class Origins(frozenset[str]):
    """A comma list as in `https://shop.example, http://localhost:3000`, or `*` alone."""

    def __new__(cls, text: str = "") -> Self:
        """Read the list.

        Raises:
            ValueError: something in it is no origin, or every origin stands beside named ones.
        """
        given = [origin for part in text.split(",") if (origin := part.strip().lower())]
        for origin in given:
            if origin != EVERY and not ORIGIN.fullmatch(origin):
                message = f"{origin!r} is no origin; wanted is a list as in `https://shop.example`"
                raise ValueError(message)
        if EVERY in given and len(given) > 1:
            raise ValueError("`*` stands for every origin, so no other can stand beside it")
        return super().__new__(cls, given)

    def __str__(self) -> str:
        """The list as text again."""
        return ", ".join(sorted(self))

    @property
    def are_all(self) -> bool:
        return EVERY in self
