"""Whom a request is counted for, told without the database and before anything is decoded."""

import hashlib
from functools import lru_cache
from ipaddress import IPv4Address, ip_network
from typing import NamedTuple

from litestar.connection import ASGIConnection
from litestar.types import Scope

from plaza.kernel.networks import address_in
from plaza.kernel.refusals import NotAuthenticated
from plaza.web.access_tokens import AccessTokens
from plaza.web.callers import API_KEY_PREFIX
from plaza.web.cookies import access_token_of

ADDRESSES_REMEMBERED = 10_000
IPV6_NETWORK_BITS = 64
"""What one customer of a provider is given at least, so that its addresses count as one."""
UNNAMED = "local"
"""A client on a Unix socket has no address."""


class ClientPlace(NamedTuple):
    """Where a request comes from."""

    subject: str
    is_loopback: bool


def place_of(scope: Scope) -> ClientPlace:
    """Where the request comes from, by the address of the client and nothing that it says."""
    client = scope["client"]
    return place_named(client[0] if client else "")


@lru_cache(ADDRESSES_REMEMBERED)
def place_named(host: str) -> ClientPlace:
    address = address_in(host)
    if address is None:
        return ClientPlace(UNNAMED, is_loopback=False)
    if isinstance(address, IPv4Address):
        return ClientPlace(str(address), address.is_loopback)
    network = ip_network((int(address), IPV6_NETWORK_BITS), strict=False)
    return ClientPlace(str(network), address.is_loopback)


def bearer_in(scope: Scope) -> str | None:
    """The access token or API key that the request carries as a header."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return value.decode("latin-1").partition(" ")[2].strip()
    return None


def key_in(bearer: str) -> str | None:
    """Whose quota an API key's calls are counted by; whether there is such a key is not asked."""
    if not bearer.startswith(API_KEY_PREFIX):
        return None
    return "key-" + hashlib.sha256(bearer.encode()).hexdigest()


def account_in(scope: Scope, bearer: str | None, tokens: AccessTokens) -> str | None:
    """Whose quota a person's calls are counted by; None where no valid token is shown."""
    token = access_token_of(ASGIConnection(scope)) if bearer is None else bearer
    if token is None:
        return None
    try:
        return f"account-{tokens.claims_in(token).sub}"
    except NotAuthenticated:
        # The guard refuses it, if the route has one; here it only counts for its address.
        return None
