"""An address that only programs of this machine can reach."""

import re
from typing import Self

LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})/?")
PORT_MAX = 65_535


class LoopbackUrl(str):
    """As in `http://127.0.0.1:9000`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Read it.

        Raises:
            ValueError: it leads elsewhere, or names no port.
        """
        found = LOOPBACK.fullmatch(text.strip().lower())
        if found is None or not 0 < int(found[2]) <= PORT_MAX:
            message = (
                f"{text!r} is not on this machine; wanted is one as in `http://127.0.0.1:9000`"
            )
            raise ValueError(message)
        return super().__new__(cls, f"http://{found[1]}:{int(found[2])}")

    @property
    def host(self) -> str:
        """Without the brackets of IPv6."""
        return self.removeprefix("http://").rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.rpartition(":")[2])
