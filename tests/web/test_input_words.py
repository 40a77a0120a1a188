"""What is wrong with an input is told in words, with what would be right."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from actors import Marketplace
from plaza.crossings.products.http import NewProduct
from plaza.web.input_errors import first_error, input_errors
from plaza.web.input_wording import UNDESCRIBED
from web.refused import refused


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    mode: Literal["body", "cookie"] | None = None
    scopes: list[Literal["read", "write"]] = []
    code: Annotated[str, Meta(pattern="^x$", description="An x")] | None = None
    other: Annotated[str, Meta(pattern="^x$")] = "x"


@pytest.mark.parametrize(
    ("body", "pointer", "told"),
    [
        ({"mode": "cake"}, "/mode", "Invalid enum value 'cake'; it can be: body, cookie"),
        ({"scopes": ["all"]}, "/scopes/0", "Invalid enum value 'all'; it can be: read, write"),
        ({"code": "y"}, "/code", "Expected: An x"),
        ({"other": "y"}, "/other", UNDESCRIBED),
        ({"mode": 5}, "/mode", "Expected `str | null`, got `int`"),
    ],
)
def test_a_field_is_told_what_it_could_hold(body: dict[str, Any], pointer: str, told: str) -> None:
    (error,) = input_errors(body, Asked)
    assert (error.pointer, error.detail) == (pointer, told)


def test_where_the_type_is_not_known_no_choices_are_promised() -> None:
    # Of a body that is too large to be looked at whole, the decoder's first error alone is told.
    told = first_error("Invalid enum value 'cake' - at `$.mode`")
    assert (told.pointer, told.detail) == ("/mode", "Invalid enum value 'cake'")


def test_no_pattern_is_told_of_a_product() -> None:
    price = {"amount_minor": 1, "currency": "eur"}
    body = {"title": " ", "variants": [{"price": price}], "media": [{"url": "ftp://x"}]}
    errors = {error.pointer: error.detail for error in input_errors(body, NewProduct)}
    assert errors == {
        "/title": "Expected: A text that is not all blanks",
        "/variants/0/price/currency": "Expected: ISO 4217 in capitals, as in `EUR`",
        "/media/0/url": "Expected: An address that begins with http://, https:// or /, "
        "without blanks",
    }


async def test_a_parameter_is_told_what_it_could_be(marketplace: Marketplace) -> None:
    answer = await marketplace.anybody.get("/v1/products", params={"sort": "rating"})
    (error,) = refused(answer, 400, "invalid_input")["errors"]
    assert error["pointer"] == "/query/sort"
    assert error["detail"].startswith("Invalid enum value 'rating'; it can be: newest, ")
    answer = await marketplace.anybody.get("/v1/products", params={"currency": "eur"})
    (error,) = refused(answer, 400, "invalid_input")["errors"]
    assert error["detail"].startswith("Expected: ISO 4217; ")


# The argument of the route has another name than the parameter.
@pytest.mark.parametrize(("params", "code"), [({"q": ""}, "invalid"), ({}, "missing")])
async def test_a_parameter_is_called_what_its_sender_calls_it(
    marketplace: Marketplace, params: dict[str, str], code: str
) -> None:
    answer = await marketplace.anybody.get("/v1/products/suggest", params=params)
    (error,) = refused(answer, 400, "invalid_input")["errors"]
    assert (error["pointer"], error["code"]) == ("/query/q", code)


async def test_every_pattern_is_described(marketplace: Marketplace) -> None:
    """A pattern without a description would be told as nothing but a wrong form."""
    document = (await marketplace.anybody.get("/schema/openapi.json")).json()
    told = [part for part in parts(document["components"]["schemas"]) if "pattern" in part]
    assert told
    assert [part for part in told if isinstance(part["pattern"], str) and not described(part)] == []


def described(part: dict[str, Any]) -> bool:
    return bool(re.match("[A-Za-z]", part.get("description", "")))


def parts(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
    inner = document.values() if isinstance(document, dict) else document
    for part in inner if isinstance(document, dict | list) else ():
        yield from parts(part)
