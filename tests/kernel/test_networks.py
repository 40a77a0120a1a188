from ipaddress import ip_address

import pytest

from plaza.kernel.networks import Networks, address_in

NETWORKS = Networks("10.0.0.0/8, 192.0.2.7, fd00::/8")


@pytest.mark.parametrize("held", ["10.0.0.0", "10.255.255.255", "192.0.2.7", "fd12::1"])
def test_addresses_in_the_networks_are_held(held: str) -> None:
    assert NETWORKS.hold(ip_address(held))


@pytest.mark.parametrize("foreign", ["11.0.0.0", "192.0.2.8", "fe80::1", "::ffff:11.0.0.1"])
def test_other_addresses_are_not_held(foreign: str) -> None:
    assert not NETWORKS.hold(ip_address(foreign))
    assert not Networks("").hold(ip_address(foreign))


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "*", " "])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|has host bits set"):
        Networks(f"192.0.2.7,{text}")


def test_the_list_goes_through_an_environment_unchanged() -> None:
    assert Networks(str(NETWORKS)) == NETWORKS
    assert Networks(str(Networks())) == Networks()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7:4711 ", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_read_in_all_its_spellings(written: str, meant: str) -> None:
    assert str(address_in(written)) == meant


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[", "a:b", "\0"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address_in(text) is None
