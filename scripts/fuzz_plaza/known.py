"""What requests name of what is there, instead of random ids and words."""

from typing import Any

from fuzz_plaza.people import Belongings

PROBABILITY = 0.8
"""How often; else it is random, or of an earlier answer."""
ABOUT_A_VENDOR = (
    *("submitVendor", "approveVendor", "rejectVendor", "suspendVendor", "reinstateVendor"),
    *("pauseVendor", "resumeVendor", "changeVendor", "closeVendor"),
)
"""These meet vendors that nothing else needs: one that was closed sells nothing any more."""
CURRENCIES = ("currency", "price.currency", "compare_at_price.currency")


def known_ids(belongings: Belongings) -> dict[str, list[str]]:
    """By the name of a path's parameter; `spare` are the vendors of ABOUT_A_VENDOR."""
    shop = belongings.shop
    return {
        "vendor": [shop.vendor],
        "product": shop.products,
        "variant": shop.variants,
        "offer": shop.offers,
        "category": belongings.categories,
        "spare": belongings.spare_vendors,
    }


def known_values(belongings: Belongings) -> dict[str, Any]:
    """The part of schemathesis' configuration that says so."""
    ids = known_ids(belongings)
    values: dict[str, list[str]] = {
        **{f"path.{name}": known for name, known in ids.items()},
        "header.If-Match": ['"1"', '"2"', '"3"'],
        "body.category_id": ids["category"],
        "body.variant_id": ids["variant"],
        "body.country": ["GB", "DE", "US"],
        **{f"body.{path}": ["GBP", "EUR", "JPY"] for path in CURRENCIES},
        **{f"body.variants[*].{path}": ["GBP"] for path in CURRENCIES[1:]},
    }
    spared = {"path.vendor": {"dictionary": "path.spare", "probability": 1.0}}
    return {
        "dictionaries": {name: {"values": known} for name, known in values.items()},
        "parameters": {name: {"dictionary": name, "probability": PROBABILITY} for name in values},
        "operations": [
            {"include-operation-id": name, "parameters": spared} for name in ABOUT_A_VENDOR
        ],
    }
