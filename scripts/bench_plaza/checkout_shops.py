"""Shops beside the demo's, for the bench of buying."""

import msgspec
from buying_plaza.market import Market, Ware, split_stock
from buying_plaza.shopper import Line

VENDORS = 20
LINES_PER_VENDOR = 5
PRICE_MINOR = 1999
STOCK = 1_000_000
BUCKETS = 16


class Goods(msgspec.Struct, frozen=True):
    """What is bought, never less than there is.

    Attributes:
        shelves: offers of each of the vendors.
        hot: one that everybody wants, from one row of stock.
        split: one that everybody wants, its stock spread over buckets.
    """

    shelves: list[list[str]]
    hot: str
    split: str

    def many_lines(self) -> list[Line]:
        """All offers of all vendors."""
        return [Line(offer, 1) for shelf in self.shelves for offer in shelf]

    def few_lines(self, number: int) -> list[Line]:
        """Two offers of two vendors, others for the next number."""
        first, second = (self.shelves[(number + step) % VENDORS] for step in (0, 1))
        rank = number // VENDORS % LINES_PER_VENDOR
        return [Line(first[rank], 1), Line(second[rank], 1)]

    def own_offer(self, number: int) -> str:
        """An offer for each number, as long as there are some."""
        offers = [offer for shelf in self.shelves for offer in shelf]
        return offers[number % len(offers)]


async def open_shops(market: Market) -> Goods:
    ranks = range(1, LINES_PER_VENDOR + 1)
    wares = {
        f"Shop {number}": _wares([f"{number}-{rank}" for rank in ranks])
        for number in range(1, VENDORS + 1)
    }
    shelves = [list(shop.offers.values()) for shop in await market.shops(wares)]
    hot = await market.shop("Hot", _wares(["plain", "split"]))
    await split_stock(hot, hot.offers["split"], BUCKETS)
    return Goods(shelves, hot.offers["plain"], hot.offers["split"])


def _wares(names: list[str]) -> list[list[Ware]]:
    return [[Ware(name, name, PRICE_MINOR, STOCK)] for name in names]
