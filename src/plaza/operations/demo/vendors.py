"""The demo vendors, and which of them sells what."""

from decimal import Decimal
from itertools import chain

from plaza.kernel.text import slug_of
from plaza.operations.demo.figures import number_below
from plaza.operations.demo.gift_shops import APPLICANTS, GIFT_SHOPS
from plaza.operations.demo.home_shops import HOME_SHOPS
from plaza.operations.demo.planned import PlannedVendor
from plaza.operations.demo.shop import Shop
from plaza.operations.demo.words import number_of

SHOPS = HOME_SHOPS + GIFT_SHOPS

TAX_RATES = {
    **dict.fromkeys(("AT", "FR", "GB"), Decimal("0.2")),
    **dict.fromkeys(("BE", "ES", "NL"), Decimal("0.21")),
    **dict.fromkeys(("IE", "PT"), Decimal("0.23")),
    **dict.fromkeys(("DK", "NO", "SE"), Decimal("0.25")),
    "DE": Decimal("0.19"),
    "IT": Decimal("0.22"),
}
"""The ordinary rate of value added tax, by country."""


def plan_vendors() -> tuple[PlannedVendor, ...]:
    """Gives the shops that sell, then those that have only applied."""
    selling = (_vendor(shop, approved=True) for shop in SHOPS)
    return (*selling, *(_vendor(shop, approved=False) for shop in APPLICANTS))


def seller_of(leaf: str, sku: str) -> str:
    """Names the vendor of an article: the same for ever, and by the shops' shares.

    The merchant lists some articles twice, the second time with a small letter behind the number
    and at another price. Such a twin goes to another shop, so that the two compete.
    """
    first, *others = _sellers_in_turn(leaf, sku)
    return others[0] if others and sku != sku.upper() else first


def rival_of(leaf: str, sku: str, vendor_slug: str) -> str | None:
    """Names another vendor who sells the same kind of goods, where there is one."""
    return next((slug for slug in _sellers_in_turn(leaf, sku) if slug != vendor_slug), None)


def _sellers_in_turn(leaf: str, sku: str) -> tuple[str, ...]:
    """All who sell these goods, beginning with the one whom the number behind the sku means."""
    ring = _RINGS[leaf]
    start = number_below(len(ring), "seller", number_of(sku))
    return tuple(dict.fromkeys(ring[start:] + ring[:start]))


def _vendor(shop: Shop, *, approved: bool) -> PlannedVendor:
    slug = slug_of(shop.name)
    return PlannedVendor(
        slug=slug,
        name=shop.name,
        country=shop.country,
        currency="GBP",
        contact_email=f"hello@{slug}.example",
        description=shop.description,
        tax_rate=TAX_RATES[shop.country],
        approved=approved,
    )


def _ring(leaf: str) -> tuple[str, ...]:
    """Every shop that sells this leaf, as often as its share says."""
    sellers = (shop for shop in SHOPS if leaf in shop.leaves.split())
    return tuple(chain.from_iterable([slug_of(shop.name)] * shop.share for shop in sellers))


_RINGS = {leaf: _ring(leaf) for shop in SHOPS for leaf in shop.leaves.split()}
