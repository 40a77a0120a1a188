import csv
from collections import Counter
from hashlib import sha256
from importlib.resources import files

import msgspec
import pytest

from plaza.operations.demo.catalogue import CatalogueRow, pence_of
from plaza.operations.demo.planned import PlannedMarketplace, PlannedProduct, PlannedVariant
from plaza.operations.demo.variants import families_of

DIGEST = "27c26ea0d954330c50996511d4b72bed749405b76a579aa46259e1225bc39d5a"


@pytest.fixture(scope="session")
def catalogue() -> dict[str, str]:
    """Prices as the file writes them, by stock code."""
    text = files("plaza.operations.demo").joinpath("catalogue.csv").read_text("utf-8")
    return {row["stock_code"]: row["unit_price_gbp"] for row in csv.DictReader(text.splitlines())}


def variants_of(marketplace: PlannedMarketplace) -> list[PlannedVariant]:
    return [variant for product in marketplace.products for variant in product.variants]


def product_with(marketplace: PlannedMarketplace, sku: str) -> PlannedProduct:
    return next(p for p in marketplace.products if sku in [v.sku for v in p.variants])


def test_every_article_is_planned_exactly_once(
    marketplace: PlannedMarketplace, catalogue: dict[str, str]
) -> None:
    planned = Counter(variant.sku for variant in variants_of(marketplace))
    assert len(catalogue) == 3900
    assert planned == Counter(catalogue.keys())


def test_there_are_over_3400_products(marketplace: PlannedMarketplace) -> None:
    assert 3400 <= len(marketplace.products) < 3900


def test_prices_are_the_merchants_to_the_penny(
    marketplace: PlannedMarketplace, catalogue: dict[str, str]
) -> None:
    shown = {
        v.sku: f"{v.price_minor // 100}.{v.price_minor % 100:02}" for v in variants_of(marketplace)
    }
    assert shown == catalogue


def test_a_price_is_never_rounded() -> None:
    assert pence_of("0.29") == 29
    with pytest.raises(ValueError, match="finer than a penny"):
        pence_of("0.295")


def test_the_plan_is_the_same_to_the_last_byte_everywhere(marketplace: PlannedMarketplace) -> None:
    assert sha256(msgspec.json.encode(marketplace)).hexdigest() == DIGEST


def test_few_articles_are_sold_out_or_nearly_so(marketplace: PlannedMarketplace) -> None:
    stocks = [variant.stock for variant in variants_of(marketplace)]
    shares = Counter("none" if not n else "low" if n < 5 else "plenty" for n in stocks)
    assert 0.05 < shares["none"] / len(stocks) < 0.08
    assert 0.04 < shares["low"] / len(stocks) < 0.06
    assert max(stocks) <= 200


def test_a_former_price_is_higher_and_rare(marketplace: PlannedMarketplace) -> None:
    variants = variants_of(marketplace)
    reduced = [v for v in variants if v.compare_at_price_minor is not None]
    assert 0.06 < len(reduced) / len(variants) < 0.1
    assert all((v.compare_at_price_minor or 0) > v.price_minor for v in reduced)


def test_every_tenth_offer_has_a_price_in_euros_too(marketplace: PlannedMarketplace) -> None:
    variants = variants_of(marketplace)
    in_euros = [v.price_eur_minor for v in variants if v.price_eur_minor is not None]
    assert 0.08 < len(in_euros) / len(variants) < 0.12
    assert min(in_euros) > 0


def test_about_150_variants_have_a_second_offer_at_another_price(
    marketplace: PlannedMarketplace,
) -> None:
    first = {v.sku: (p.vendor_slug, v) for p in marketplace.products for v in p.variants}
    assert 130 <= len(marketplace.second_offers) <= 170
    for offer in marketplace.second_offers:
        vendor, variant = first[offer.sku]
        assert offer.vendor_slug != vendor
        assert offer.price_minor != variant.price_minor
        assert offer.price_minor > 0


def test_a_second_offer_wins_now_and_then(marketplace: PlannedMarketplace) -> None:
    prices = {v.sku: v.price_minor for v in variants_of(marketplace)}
    cheaper = [o for o in marketplace.second_offers if o.price_minor < prices[o.sku]]
    assert 40 < len(cheaper) < len(marketplace.second_offers) - 40


def test_colours_of_one_article_are_variants_of_one_product(
    marketplace: PlannedMarketplace,
) -> None:
    clock = product_with(marketplace, "84660A")
    assert clock.title == "Stitched Wall Clock"
    assert clock.options == ("Colour",)
    assert [(v.sku, v.option_values) for v in clock.variants] == [
        ("84660A", {"Colour": "White"}),
        ("84660B", {"Colour": "Black"}),
        ("84660C", {"Colour": "Pink"}),
    ]
    assert clock.description == (
        "Stitched Wall Clock, from our Clocks & mirrors shelves."
        " Comes in 3 colours: white, black and pink."
    )


def test_sizes_and_letters_are_options_too(marketplace: PlannedMarketplace) -> None:
    assert product_with(marketplace, "84800L").options == ("Size",)
    letters = product_with(marketplace, "90214A")
    assert letters.options == ("Letter",)
    assert len(letters.variants) == 24


def test_articles_that_differ_in_more_than_a_colour_stay_apart() -> None:
    rows = [
        CatalogueRow(sku="82616B", wording="FRAPPUCINO SCARF KNITTING KIT", price_minor=125),
        CatalogueRow(sku="82616C", wording="MIDNIGHT GLAMOUR SCARF KNITTING KIT", price_minor=125),
        CatalogueRow(sku="90001", wording="RED MUG", price_minor=125),
        CatalogueRow(sku="90002", wording="BLUE MUG", price_minor=125),
    ]
    assert [len(family.members) for family in families_of(rows)] == [1, 1, 1, 1]


def test_an_article_that_repeats_a_colour_stands_alone() -> None:
    rows = [
        CatalogueRow(sku="90001A", wording="RED MUG", price_minor=125),
        CatalogueRow(sku="90001B", wording="BLUE MUG", price_minor=125),
        CatalogueRow(sku="90001C", wording="RED MUG", price_minor=150),
    ]
    assert [[row.sku for _, row in f.members] for f in families_of(rows)] == [
        ["90001A", "90001B"],
        ["90001C"],
    ]


def test_each_variant_names_its_products_options_and_no_two_the_same(
    marketplace: PlannedMarketplace,
) -> None:
    for product in marketplace.products:
        values = [tuple(variant.option_values.items()) for variant in product.variants]
        assert all(tuple(v.option_values) == product.options for v in product.variants)
        assert len(set(values)) == len(values)


def test_attributes_say_only_what_the_wording_says(marketplace: PlannedMarketplace) -> None:
    assert product_with(marketplace, "85123A").attributes == {"colour": "White"}
    named = {name for product in marketplace.products for name in product.attributes}
    assert named == {"colour", "material", "range"}


@pytest.mark.parametrize(
    ("sku", "attributes"),
    [
        ("22423", {"range": "Regency"}),
        ("21212", {"range": "Retrospot"}),
        ("10120", {}),
        ("85123a", {"colour": "White"}),
        ("85034B", {}),
        ("84660B", {}),
        ("21523", {"range": "Home Sweet Home"}),
    ],
)
def test_ranges_are_recognised(
    marketplace: PlannedMarketplace, sku: str, attributes: dict[str, str]
) -> None:
    assert product_with(marketplace, sku).attributes == attributes
