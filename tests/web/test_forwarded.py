"""Whose word about the client is believed."""

from typing import Any

import pytest

from plaza.kernel.networks import Networks
from plaza.web.forwarded import TrustedProxies

PROXIES = TrustedProxies(Networks("10.0.0.0/8, 192.0.2.1, fd00::/8"))
PROXY, CLIENT = "10.0.0.9", "203.0.113.5"


def revealed(
    peer: str, *forwarded_for: str, proto: tuple[str, ...] = (), proxies: TrustedProxies = PROXIES
) -> tuple[str, str]:
    """The client and the scheme that routes see."""
    lines = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded_for]
    lines += [(b"x-forwarded-proto", line.encode()) for line in proto]
    scope: Any = {"type": "http", "client": (peer, 4711), "scheme": "http", "headers": lines}
    proxies.reveal(scope)
    return scope["client"][0], scope["scheme"]


# fault 80
@pytest.mark.parametrize("peer", [CLIENT, "11.0.0.1", "192.0.2.2", "::1", "fe80::1", "unix", ""])
def test_a_peer_that_is_not_listed_is_not_believed(peer: str) -> None:
    assert revealed(peer, "127.0.0.1", proto=("https",)) == (peer, "http")


# fault 80
def test_nobody_is_believed_unless_listed() -> None:
    nobody = TrustedProxies(Networks())
    for peer in ("127.0.0.1", "::1", PROXY):
        assert revealed(peer, CLIENT, proto=("https",), proxies=nobody) == (peer, "http")


# fault 80
@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ((CLIENT,), CLIENT),
        (("127.0.0.1, 10.1.1.1, " + CLIENT,), CLIENT),
        ((f"6.6.6.6, {CLIENT}, 10.2.2.2, 192.0.2.1",), CLIENT),
        (("6.6.6.6", f"{CLIENT}, 10.2.2.2"), CLIENT),
        ((f"{CLIENT}:50000",), CLIENT),
        ((f"::ffff:{CLIENT}",), CLIENT),
        (("[2001:db8::5]:50000",), "2001:db8::5"),
        (("10.3.3.3, 10.2.2.2",), "10.3.3.3"),
        ((f"{CLIENT}, unknown, 10.2.2.2",), "10.2.2.2"),
        (("unknown",), PROXY),
        (("",), PROXY),
        ((",,,",), PROXY),
        (("\xff\xfe",), PROXY),
        ((), PROXY),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_is_the_client(
    chain: tuple[str, ...], client: str
) -> None:
    assert revealed(PROXY, *chain)[0] == client


@pytest.mark.parametrize("peer", ["10.0.0.9", "::ffff:10.0.0.9", "fd00::9", "192.0.2.1"])
def test_a_proxy_is_known_in_every_spelling(peer: str) -> None:
    assert revealed(peer, CLIENT, proto=("https",)) == (CLIENT, "https")


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [
        (("https",), "https"),
        (("HTTPS",), "https"),
        (("http, https",), "https"),
        (("https, http",), "http"),
        (("https", "http"), "http"),
        (("javascript",), "http"),
        (("",), "http"),
        ((), "http"),
    ],
)
def test_the_proxys_own_word_about_the_scheme_stands_last(
    proto: tuple[str, ...], scheme: str
) -> None:
    assert revealed(PROXY, CLIENT, proto=proto) == (CLIENT, scheme)
