"""What shoppers read: pages of products, some of them far more often than others, and lists."""

import random
from collections.abc import Sequence

from plaza.read_models.product_listing.document import ListedProduct

CARDS = 24
SEED = 20261121
PAGES_SHARE, CATEGORIES_SHARE = 0.5, 0.25
SKEW = 1.0
"""Of Zipf's law: the second most wanted product is wanted half as often as the first."""


def storefront_paths(cards: Sequence[ListedProduct], count: int) -> list[str]:
    """So many paths: half of them products, a quarter categories, a quarter the first page.

    The same at every run.
    """
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    shelves = sorted({card.category.slug for card in cards if card.category})
    wanted = chance.sample(cards, len(cards))
    weights = [1 / rank**SKEW for rank in range(1, len(wanted) + 1)]
    pages = round(count * PAGES_SHARE)
    categories = round(count * CATEGORIES_SHARE)
    paths = [f"/v1/products/{card.slug}" for card in chance.choices(wanted, weights, k=pages)]
    paths += [
        f"/v1/products?category={slug}&limit={CARDS}"
        for slug in chance.choices(shelves, k=categories)
    ]
    paths += [f"/v1/products?limit={CARDS}"] * (count - len(paths))
    chance.shuffle(paths)
    return paths
