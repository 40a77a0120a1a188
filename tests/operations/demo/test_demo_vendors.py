import re
from collections import Counter

from plaza.operations.demo.categories import plan_categories
from plaza.operations.demo.planned import PlannedMarketplace
from plaza.operations.demo.vendors import SHOPS, plan_vendors


def test_over_52_approved_vendors_sell_and_each_sells_something(
    marketplace: PlannedMarketplace,
) -> None:
    approved = {vendor.slug for vendor in marketplace.vendors if vendor.approved}
    assert len(approved) >= 52
    assert {product.vendor_slug for product in marketplace.products} == approved


def test_applicants_wait_for_the_operator_and_sell_nothing(marketplace: PlannedMarketplace) -> None:
    waiting = {vendor.slug for vendor in marketplace.vendors if not vendor.approved}
    assert waiting == {"nordlys-tekstil", "the-velvet-fig"}
    assert not waiting & {offer.vendor_slug for offer in marketplace.second_offers}


def test_shops_are_of_very_different_sizes(marketplace: PlannedMarketplace) -> None:
    sizes = Counter(product.vendor_slug for product in marketplace.products).values()
    assert 15 <= min(sizes) <= 40
    assert 150 <= max(sizes) <= 260


def test_a_shop_sells_related_goods_in_few_categories(marketplace: PlannedMarketplace) -> None:
    sold = {(product.vendor_slug, product.category_slug) for product in marketplace.products}
    assert set(Counter(vendor for vendor, _ in sold).values()) <= {2, 3, 4}


def test_every_leaf_has_a_shop_and_every_shop_sells_what_there_is() -> None:
    leaves = {category.slug for category in plan_categories() if category.parent_slug}
    assert {leaf for shop in SHOPS for leaf in shop.leaves.split()} == leaves


def test_an_article_that_is_listed_twice_is_sold_by_two_shops(
    marketplace: PlannedMarketplace,
) -> None:
    seller = {v.sku: p.vendor_slug for p in marketplace.products for v in p.variants}
    twins = [sku for sku in seller if sku != sku.upper() and sku.upper() in seller]
    assert len(twins) > 80
    assert [sku for sku in twins if seller[sku] == seller[sku.upper()]] == []


def test_vendors_can_be_reached_nowhere_in_the_real_world() -> None:
    vendors = plan_vendors()
    assert len({vendor.slug for vendor in vendors}) == len(vendors)
    for vendor in vendors:
        assert vendor.contact_email == f"hello@{vendor.slug}.example"
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", vendor.slug)
        assert re.fullmatch(r"[A-Z]{2}", vendor.country)
        assert vendor.currency == "GBP"
        assert vendor.description


def test_every_vendor_includes_the_tax_of_its_country(marketplace: PlannedMarketplace) -> None:
    rates = {vendor.country: str(vendor.tax_rate) for vendor in marketplace.vendors}
    assert (rates["GB"], rates["DE"], rates["IT"]) == ("0.2", "0.19", "0.22")
    assert all(0 < vendor.tax_rate < 1 for vendor in marketplace.vendors)
