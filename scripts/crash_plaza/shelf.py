"""What is sold, and what the marks of it are."""

from typing import Any

import msgspec
from bench_plaza.keep_alive import Answer
from buying_plaza.market import Shop

from crash_plaza.history import Mark

STATUS, TITLE, PRICE, STOCK, STEP, CART = "status", "title", "price", "stock", "step", "cart"
PUBLISHED, HIDDEN, PLACED = "published", "hidden", "placed"


class Good(msgspec.Struct, frozen=True):
    """A product with one offer."""

    shop: Shop
    product_id: str
    offer_id: str

    @property
    def page(self) -> str:
        return f"/v1/products/{self.product_id}"

    @property
    def listing(self) -> str:
        return f"/v1/products?vendor={self.shop.vendor_id}&limit=100"

    @property
    def own_page(self) -> str:
        return f"{self.shop.path}/products/{self.product_id}"

    @property
    def own_offer(self) -> str:
        return f"{self.shop.path}/offers/{self.offer_id}"

    def status(self, text: str) -> Mark:
        return Mark(self.product_id, STATUS, text)

    def title(self, text: str) -> Mark:
        return Mark(self.product_id, TITLE, text)

    def price(self, amount_minor: int) -> Mark:
        return Mark(self.offer_id, PRICE, str(amount_minor))

    def step(self, status: str, version: int) -> Mark:
        """The version that showing or hiding it makes, for that can be done twice."""
        return step_mark(self.product_id, status, version)


class Amount(msgspec.Struct, frozen=True):
    amount_minor: int


class PriceShown(msgspec.Struct, frozen=True):
    price: Amount


class OfferShown(msgspec.Struct, frozen=True):
    id: str
    prices: list[PriceShown]
    version: int = 0


class PageShown(msgspec.Struct, frozen=True):
    """The public page, or the vendor's own."""

    title: str
    offers: list[OfferShown]
    status: str = PUBLISHED
    version: int = 0


class CardShown(msgspec.Struct, frozen=True):
    id: str
    title: str
    price: Amount


class ListShown(msgspec.Struct, frozen=True):
    items: list[CardShown]


def step_mark(product_id: str, status: str, version: int) -> Mark:
    return Mark(product_id, STEP, f"{status} as version {version}")


def marks_of_page(good: Good, answer: Answer) -> list[Mark]:
    """What a page shows; one that is not there shows that it is hidden."""
    if not answer.succeeded:
        return [good.status(HIDDEN)]
    page = answer.document(PageShown)
    status = PUBLISHED if page.status == PUBLISHED else HIDDEN
    prices = [
        good.price(price.price.amount_minor)
        for offer in page.offers
        if offer.id == good.offer_id
        for price in offer.prices
    ]
    return [good.status(status), good.title(page.title), *prices]


def marks_of_listing(goods: list[Good], answer: Answer) -> list[Mark]:
    """What a shop's listing shows of its goods; what is not in it is hidden."""
    cards = {card.id: card for card in answer.document(ListShown).items}
    marks: list[Mark] = []
    for good in goods:
        card = cards.get(good.product_id)
        if card is None:
            marks.append(good.status(HIDDEN))
        else:
            price = good.price(card.price.amount_minor)
            marks += [good.status(PUBLISHED), good.title(card.title), price]
    return marks


def marks_of_fact(kind: str, fact: dict[str, Any], carts: dict[str, str]) -> list[Mark]:
    """What a fact of the log sets.

    Args:
        kind: its type, without the version of it.
        fact: what it says.
        carts: the cart that each order was made of.
    """
    product_id = fact.get("product_id", "")
    marks: list[Mark] = []
    match kind:
        case "catalog.product_created":
            marks = [Mark(product_id, TITLE, fact["title"]), Mark(product_id, STATUS, HIDDEN)]
        case "catalog.product_changed":
            marks = [Mark(product_id, TITLE, fact["title"])]
        case "catalog.product_published":
            marks = _shown(product_id, PUBLISHED, fact["version"])
        case "catalog.product_unpublished":
            marks = _shown(product_id, HIDDEN, fact["version"])
        case "catalog.offer_created" | "catalog.offer_changed":
            marks = [Mark(fact["offer_id"], PRICE, str(fact["prices"][0]["amount_minor"]))]
        case "inventory.stock_moved" if fact["reason"]:
            marks = [Mark(fact["offer_id"], STOCK, fact["reason"])]
        case "ordering.order_placed":
            marks = [Mark(carts[fact["order_id"]], CART, PLACED)]
    return marks


def _shown(product_id: str, status: str, version: int) -> list[Mark]:
    return [Mark(product_id, STATUS, status), step_mark(product_id, status, version)]
