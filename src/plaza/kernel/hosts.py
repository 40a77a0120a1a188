"""The names that plaza is called by."""

import re
from typing import Self

NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]|\*")
PORT = re.compile(r":\d{1,5}$")
LENGTH_MAX = 260
"""A name of 253 letters (RFC 1035), the dot at its end, a colon and a port."""
EVERY = "*"


class Hosts(frozenset[str]):
    """A comma list as in `shop.example, *.shop.example`; `*` alone stands for every name."""

    def __new__(cls, text: str = "") -> Self:
        """Read the list.

        Raises:
            ValueError: something in it is no name of a host.
        """
        names = [name for part in text.split(",") if (name := part.strip().lower())]
        for name in names:
            if not NAME.fullmatch(name):
                message = f"{name!r} is no host; wanted is a list as in `shop.example, *.a.example`"
                raise ValueError(message)
        return super().__new__(cls, names)

    def __str__(self) -> str:
        """The list as text again."""
        return ", ".join(sorted(self))

    def hold(self, host: str) -> bool:
        """Whether a Host header names one of them, on whatever port."""
        if EVERY in self:
            return True
        if len(host) > LENGTH_MAX:
            # Each of its dots would be looked behind, and headers may be very long.
            return False
        name = PORT.sub("", host.lower()).removesuffix(".")
        if name in self:
            return True
        if not NAME.fullmatch(name):
            return False
        # `*.a.example` stands for b.a.example and c.b.a.example, not for a.example.
        parents = name.split(".")[1:]
        return any(f"*.{'.'.join(parents[n:])}" in self for n in range(len(parents)))
