"""Where a browser may be sent after a log-in elsewhere."""

import pytest

from plaza.contexts.identity.return_addresses import ReturnAddresses, ReturnNotAllowed

STOREFRONT = "https://shop.example/en"
ADDRESSES = ReturnAddresses(STOREFRONT, ["http://plaza.test", "https://Other.example:8443/api"])


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "https://shop.example@evil.example/",
        "https://ann@shop.example/",
        "https://evil.example#https://shop.example",
        "https://shop.example.evil.example/",
        "https://shop.example:8443/",
        "https://other.example/",
        "http://shop.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a b",
        "/\tb",
        "/\r\nset-cookie: a=b",
        "/ü",
        "https://shop.example\t@evil.example",
        "https://[shop.example",
        "/" + "x" * 2000,
        "",
    ],
)
def test_nobody_is_sent_elsewhere(wanted: str) -> None:
    with pytest.raises(ReturnNotAllowed) as refused:
        ADDRESSES.checked(wanted)

    assert (refused.value.status, refused.value.code) == (400, "return_to_not_allowed")


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        (None, STOREFRONT),
        ("/", "https://shop.example/"),
        ("/a?b=c#d", "https://shop.example/a?b=c#d"),
        ("https://shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example/a", "HTTPS://Shop.Example/a"),
        ("http://plaza.test/schema", "http://plaza.test/schema"),
        ("https://other.example:8443/", "https://other.example:8443/"),
    ],
)
def test_the_marketplaces_own_pages_are_returned_to(wanted: str | None, address: str) -> None:
    assert ADDRESSES.checked(wanted) == address
