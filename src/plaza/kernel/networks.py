"""Addresses and networks, and whether one holds the other."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

Address = IPv4Address | IPv6Address


class Networks(frozenset[IPv4Network | IPv6Network]):
    """A comma list as in `10.0.0.0/8, 192.0.2.7, fd00::/8`."""

    def __new__(cls, text: str = "") -> Self:
        """Read the list.

        Raises:
            ValueError: something in it is no address and no network.
        """
        return super().__new__(cls, [ip_network(part.strip()) for part in text.split(",") if part])

    def __str__(self) -> str:
        """The list as text again."""
        return ", ".join(sorted(str(network) for network in self))

    def hold(self, address: Address) -> bool:
        return any(address in network for network in self)


def address_in(text: str) -> Address | None:
    """The address of `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7` or `[2001:db8::7]:4711`.

    An IPv4 address in IPv6 clothing (`::ffff:192.0.2.7`) is given as the IPv4 address.
    """
    shown = text.strip()
    if shown.startswith("["):
        shown = shown[1:].partition("]")[0]
    elif shown.count(":") == 1:
        shown = shown.partition(":")[0]
    try:
        address = ip_address(shown)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
