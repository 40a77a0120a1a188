"""Where a browser may be sent after a log-in elsewhere: never to where a link of others says."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from plaza.kernel.refusals import Malformed

# What browsers read otherwise than parsers do: blanks, control characters, backslashes.
PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2000}")


class ReturnNotAllowed(Malformed):
    code = "return_to_not_allowed"
    title = "The browser cannot be sent there"


class ReturnAddresses:
    """The origins that are the marketplace's own."""

    def __init__(self, storefront_url: str, origins: Iterable[str]) -> None:
        self._storefront_url = storefront_url
        self._origin = _origin_of(storefront_url)
        self._allowed = frozenset({self._origin, *(_origin_of(origin) for origin in origins)})

    def checked(self, wanted: str | None) -> str:
        """The whole address, of the storefront where only a path is given, or nothing.

        Raises:
            ReturnNotAllowed: it leads to an origin that is not the marketplace's.
        """
        if wanted is None:
            return self._storefront_url
        address = wanted
        if wanted.startswith("/") and not wanted.startswith("//"):
            address = self._origin + wanted
        if not PLAIN.fullmatch(wanted) or _origin_of(address) not in self._allowed:
            raise ReturnNotAllowed("return_to is a path, or an address of the storefront.")
        return address


def _origin_of(url: str) -> str:
    """Scheme, host and port as they are written, which a name and password before them are not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
