"""What a product may be and become."""

import unicodedata
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any, get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.contexts.catalog.events import ProductPublished, ProductUnpublished
from plaza.contexts.catalog.product import (
    MOVES,
    Description,
    InvalidVariants,
    Product,
    ProductStatus,
    Variant,
)
from plaza.kernel.refusals import IllegalTransition

NOW = datetime(2026, 11, 21, tzinfo=UTC)

# As DOMAIN prints the table, with the review switched off.
TABLE: dict[ProductStatus, set[ProductStatus]] = {
    "draft": {"published"},
    "pending_review": {"published", "changes_requested", "rejected"},
    "changes_requested": {"pending_review"},
    "rejected": set(),
    "published": {"unpublished", "suspended"},
    "unpublished": {"published", "archived"},
    "suspended": {"published"},
    "archived": set(),
}
STATUSES: tuple[ProductStatus, ...] = get_args(ProductStatus)
VENDOR_MAY_PUBLISH = {"draft", "unpublished"}


WORDS = st.text(min_size=1, max_size=5)
composed = partial(unicodedata.normalize, "NFC")


def a_product(
    options: list[str] | None = None, values: list[dict[str, str]] | None = None, **changes: Any
) -> Product:
    variants = [
        Variant(id=uuid4(), option_values=of_variant, barcode=None, weight_grams=None)
        for of_variant in values or [{}]
    ]
    described: dict[str, Any] = {
        "id": uuid4(),
        "vendor_id": uuid4(),
        "category_id": None,
        "slug": "chair",
        "title": "Chair",
        "description": "",
        "brand": None,
        "attributes": {},
        "options": options or [],
        "media": [],
        "published_at": None,
        "variants": variants,
    }
    return Product(**described | changes)


def test_the_table_is_the_one_of_the_domain() -> None:
    assert {status: set(moves) for status, moves in MOVES.items()} == TABLE


@pytest.mark.parametrize("status", STATUSES)
def test_a_vendor_publishes_what_is_its_to_publish(status: ProductStatus) -> None:
    product = a_product(status=status, version=3)

    if status in VENDOR_MAY_PUBLISH:
        event = product.publish(NOW)
        assert (product.status, product.version, product.published_at) == ("published", 4, NOW)
        assert isinstance(event, ProductPublished)
        return
    with pytest.raises(IllegalTransition) as refused:
        product.publish(NOW)
    members = refused.value.members
    assert (members["from"], members["to"]) == (status, "published")
    assert "published" not in members["allowed"]
    assert (product.status, product.version) == (status, 3)


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_published_is_unpublished(status: ProductStatus) -> None:
    product = a_product(status=status, version=3)

    if status == "published":
        assert isinstance(product.unpublish(), ProductUnpublished)
        assert (product.status, product.version) == ("unpublished", 4)
        return
    with pytest.raises(IllegalTransition):
        product.unpublish()
    assert (product.status, product.version) == (status, 3)


def test_published_again_it_keeps_its_first_day() -> None:
    product = a_product(status="draft", version=1)
    product.publish(NOW)
    product.unpublish()

    again = product.publish(datetime(2027, 1, 1, tzinfo=UTC))

    assert again.published_at == NOW
    assert again.version == 4


@pytest.mark.parametrize(
    ("options", "values"),
    [
        (["Size"], [{}]),
        (["Size"], [{"Colour": "red"}]),
        (["Size"], [{"Size": "S", "Colour": "red"}]),
        ([], [{"Size": "S"}]),
        ([], [{}, {}]),
        (["Size"], [{"Size": "S"}, {"Size": "S"}]),
        (["Size", "Colour"], [{"Size": "S", "Colour": "red"}, {"Colour": "red", "Size": "S"}]),
        (["Size", "Size"], [{"Size": "S"}]),
        (["Colour"], [{"Colour": "gr\u00fcn"}, {"Colour": "gru\u0308n"}]),
        (
            ["Gr\u00f6\u00dfe", "Gro\u0308\u00dfe"],
            [{"Gr\u00f6\u00dfe": "S", "Gro\u0308\u00dfe": "M"}],
        ),
    ],
)
def test_variants_that_the_options_do_not_tell_apart_are_refused(
    options: list[str], values: list[dict[str, str]]
) -> None:
    with pytest.raises(InvalidVariants):
        a_product(options, values).draft()


@given(
    names=st.lists(WORDS, min_size=1, max_size=3, unique_by=composed),
    labels=st.lists(WORDS, min_size=1, max_size=8, unique_by=composed),
)
def test_variants_with_one_value_for_each_option_are_drafted_in_their_order(
    names: list[str], labels: list[str]
) -> None:
    values = [dict.fromkeys(names, label) for label in labels]

    event = a_product(names, values).draft()

    assert [variant.option_values for variant in event.variants] == values
    assert (event.version, event.options) == (1, names)


def test_what_is_not_given_stays_as_it_is() -> None:
    product = a_product(brand="Oakley", status="draft", version=1)

    events = [
        product.change(Description(title="Armchair")),
        product.change(Description(brand=None)),
    ]

    assert (product.title, product.brand, product.slug) == ("Armchair", None, "chair")
    assert [(event.title, event.brand) for event in events] == [
        ("Armchair", "Oakley"),
        ("Armchair", None),
    ]
    assert all(after.version == before.version + 1 for before, after in pairwise(events))
