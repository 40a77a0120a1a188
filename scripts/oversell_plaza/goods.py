"""What a race is about: hot offers in a few shops, and something that never runs out."""

import msgspec
from buying_plaza.market import Market, Shop, Ware, split_stock
from buying_plaza.shopper import Line

from oversell_plaza.results import Wish

SHOPS_MAX = 3
PRICE_MINOR = 1999
BUCKETS = 16
ENDLESS = "endless"


class Goods(msgspec.Struct, frozen=True):
    """The hot offers' units stand by offer id."""

    shops: list[Shop]
    units: dict[str, int]
    endless: Line


async def open_shops(market: Market, wish: Wish) -> Goods:
    names = [f"hot-{number}" for number in range(1, wish.offers + 1)]
    count = min(SHOPS_MAX, wish.offers)
    shops = []
    for first in range(count):
        products = [[Ware(n, n, PRICE_MINOR, wish.units)] for n in names[first::count]]
        shops.append(await market.shop(f"Hot {first + 1}", products))
    if wish.buckets:
        for shop in shops:
            for offer_id in shop.offers.values():
                await split_stock(shop, offer_id, BUCKETS)
    apart = await market.shop("Endless", [[Ware(ENDLESS, ENDLESS, PRICE_MINOR, 1_000_000)]])
    units = {offer: wish.units for shop in shops for offer in shop.offers.values()}
    return Goods(shops, units, Line(apart.offers[ENDLESS], 1))
