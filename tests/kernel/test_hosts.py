import time

import pytest

from plaza.kernel.hosts import Hosts

HOSTS = Hosts("shop.example, *.a.example, [::1], 192.0.2.7")


@pytest.mark.parametrize(
    "host",
    [
        *("shop.example", "SHOP.example", "shop.example:8000", "shop.example.", "b.a.example"),
        *("c.b.a.example:443", "[::1]", "[::1]:8000", "192.0.2.7", "192.0.2.7:80"),
    ],
)
def test_a_host_is_known_on_any_port_and_in_any_case(host: str) -> None:
    assert HOSTS.hold(host)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            "evil.example",
            "a.example",
            "xa.example",
            "shop.example.evil.example",
            ".a.example.",
        ),
        *("evil-shop.example", "shop.example@evil.example", "shop.example/x", "shop.example:80:80"),
        *(
            "[::1",
            "::1",
            "shop.example,evil.example",
            "shop.example ",
            "x\r\n.a.example",
            "a/b.a.example",
        ),
    ],
)
def test_another_host_is_not_known(host: str) -> None:
    assert not HOSTS.hold(host)


def test_one_star_stands_for_every_name() -> None:
    assert Hosts("*").hold("whatever.example:1")
    assert not Hosts("").hold("localhost")


@pytest.mark.parametrize(
    "text", ["a b", "https://shop.example", "shop.example/x", "*a", "a.*", "é"]
)
def test_what_is_no_host_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is no host; wanted is a list as in"):
        Hosts(f"shop.example, {text}")


def test_the_list_goes_through_an_environment_unchanged() -> None:
    assert Hosts(str(HOSTS)) == HOSTS
    assert Hosts(str(Hosts())) == Hosts()


# fault 76
def test_a_host_of_very_many_labels_is_refused_at_once() -> None:
    began_s = time.process_time()
    assert not HOSTS.hold("a." * 20_000 + "a.example")
    assert time.process_time() - began_s < 0.5
    assert Hosts("*").hold("a." * 20_000)
    assert Hosts("*.a.example").hold(f"{'b.' * 121}a.example.:65535")
