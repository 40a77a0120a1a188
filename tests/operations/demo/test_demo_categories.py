import pytest

from plaza.operations.demo.categories import category_of, plan_categories
from plaza.operations.demo.category_rules import CATCH_ALL, RULES
from plaza.operations.demo.planned import PlannedMarketplace


def test_the_tree_has_two_levels_and_parents_come_first() -> None:
    seen: dict[str, str | None] = {}
    for category in plan_categories():
        assert category.slug not in seen
        if category.parent_slug is not None:
            assert seen[category.parent_slug] is None
        seen[category.slug] = category.parent_slug


def test_the_tree_is_neither_thin_nor_endless() -> None:
    categories = plan_categories()
    tops = [category for category in categories if category.parent_slug is None]
    assert 10 <= len(tops) <= 13
    assert 40 <= len(categories) - len(tops) <= 60


def test_every_rule_leads_to_a_leaf() -> None:
    leaves = {category.slug for category in plan_categories() if category.parent_slug}
    assert {rule.leaf for rule in RULES} | {CATCH_ALL} == leaves


def test_every_product_is_in_a_leaf_and_no_leaf_is_nearly_empty(
    marketplace: PlannedMarketplace,
) -> None:
    leaves = [category.slug for category in marketplace.categories if category.parent_slug]
    counts = dict.fromkeys(leaves, 0)
    for product in marketplace.products:
        counts[product.category_slug] += 1
    assert min(counts[leaf] for leaf in leaves if leaf != CATCH_ALL) >= 10


def test_hardly_anything_is_a_curiosity(marketplace: PlannedMarketplace) -> None:
    curious = [p for p in marketplace.products if p.category_slug == CATCH_ALL]
    assert len(curious) / len(marketplace.products) < 0.03


@pytest.mark.parametrize(
    ("wording", "leaf"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "candle-holders-lanterns"),
        ("CHRISTMAS TREE T-LIGHT HOLDER", "christmas-table-gifts"),
        ("6 RIBBONS ELEGANT CHRISTMAS", "christmas-cards-wrap"),
        ("SET/6 RED SPOTTY PAPER CUPS", "paper-tableware-cake-cases"),
        ("RED RETROSPOT CUP", "mugs-cups"),
        ("BLACK GLASS BRACELET W HEART CHARMS", "bracelets"),
        ("WATERING CAN PINK BUNNY", "planters-garden-tools"),
        ("BATHROOM SCALES RUBBER DUCKS", "bathroom-towels"),
        ("DOGGY RUBBER", "pens-pencils"),
        ("POST", CATCH_ALL),
    ],
)
def test_the_first_rule_that_fits_decides(wording: str, leaf: str) -> None:
    assert category_of(wording) == leaf
