import pytest

from plaza.kernel.loopback import LoopbackUrl


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("http://127.0.0.1:9000", "127.0.0.1", 9000),
        (" HTTP://LocalHost:9000/ ", "localhost", 9000),
        ("http://[::1]:65535", "::1", 65_535),
    ],
)
def test_an_address_of_this_machine_is_read(text: str, host: str, port: int) -> None:
    read = LoopbackUrl(text)
    assert (read.host, read.port) == (host, port)
    assert LoopbackUrl(read) == read
    assert not read.endswith("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "https://127.0.0.1:9000",
        "http://pay.example:9000",
        "http://127.0.0.1.pay.example:9000",
        "http://127.0.0.1:9000@pay.example:80",
        "http://127.0.0.1:9000/path",
        "http://0.0.0.0:9000",
        "http://10.0.0.1:9000",
    ],
)
def test_every_other_one_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"not on this machine.*http://127\.0\.0\.1:9000"):
        LoopbackUrl(text)
