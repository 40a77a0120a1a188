"""Who a request comes from, where it came through proxies."""

from functools import lru_cache

from litestar.types import Scope

from plaza.kernel.networks import Address, Networks, address_in

SCHEMES = frozenset({"http", "https"})
ADDRESSES_REMEMBERED = 10_000


class TrustedProxies:
    """Believes X-Forwarded-For and X-Forwarded-Proto of the proxies that are listed."""

    def __init__(self, proxies: Networks) -> None:
        self._proxies = proxies
        self._is_proxy = lru_cache(ADDRESSES_REMEMBERED)(self._is_listed)

    def reveal(self, scope: Scope) -> None:
        """Put the client's address and scheme into the scope in place of the proxy's.

        X-Forwarded-Host is never looked at: a proxy passes the Host on.
        """
        client = scope.get("client")
        if client is None or not self._is_proxy(client[0]):
            return
        address = self._client_behind(_values(scope, b"x-forwarded-for"))
        if address is not None:
            scope["client"] = (str(address), 0)
        # A proxy that appends to what it was sent puts its own word last.
        schemes = _values(scope, b"x-forwarded-proto")
        if schemes and schemes[-1].lower() in SCHEMES:
            scope["scheme"] = schemes[-1].lower()

    def _client_behind(self, chain: list[str]) -> Address | None:
        """The rightmost address that is no proxy of ours: what stands left of it may be forged."""
        nearest: Address | None = None
        for hop in reversed(chain):
            address = address_in(hop)
            if address is None:
                break
            nearest = address
            if not self._proxies.hold(address):
                break
        return nearest

    def _is_listed(self, peer: str) -> bool:
        address = address_in(peer)
        return address is not None and self._proxies.hold(address)


def _values(scope: Scope, wanted: bytes) -> list[str]:
    """What a comma list says, over all of its header lines."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [value for line in lines for part in line.split(",") if (value := part.strip())]
