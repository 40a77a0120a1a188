"""How long until a shopper sees what a vendor has changed, over HTTP."""

import asyncio
import time
from itertools import cycle, islice
from typing import NamedTuple
from uuid import UUID

from bench_plaza.keep_alive import Connection, UnexpectedAnswer
from bench_plaza.latency import Latency
from bench_plaza.results import Visibility
from bench_plaza.vendor_desk import PricedOffer, VendorDesk, selling_vendors
from plaza.read_models.product_page.document import ProductPage

SEEN_TIMEOUT_S = 10.0
POLL_INTERVAL_S = 0.001


class Seen(NamedTuple):
    """When a command was sent, answered, and seen by a shopper, on one clock."""

    sent_ms: float
    answered_ms: float
    seen_ms: float


async def measure_visibility(port: int, rounds: int) -> Visibility:
    """Change a price, look until it shows; then the same with the command's token."""
    async with Connection(port) as office, Connection(port) as shop:
        (vendor,) = await selling_vendors(office, 1)
        desk = await VendorDesk.open(office, vendor)
        offers = await desk.offers()
        sent_to_seen_ms, answered_to_seen_ms, read_with_token_ms = [], [], []
        for offer in islice(cycle(offers), rounds):
            one = await change_and_watch(desk, shop, offer)
            sent_to_seen_ms.append(one.seen_ms - one.sent_ms)
            answered_to_seen_ms.append(one.seen_ms - one.answered_ms)
            read_with_token_ms.append(await _change_and_read(desk, shop, offer))
    return Visibility(
        rounds=rounds,
        sent_to_seen=Latency.of(sent_to_seen_ms),
        answered_to_seen=Latency.of(answered_to_seen_ms),
        read_with_token=Latency.of(read_with_token_ms),
    )


async def change_and_watch(desk: VendorDesk, shop: Connection, offer: PricedOffer) -> Seen:
    """Change a price, and ask for the product's page until it shows."""
    sent_ms = _now_ms()
    (await desk.change_price(offer)).check()
    answered_ms = _now_ms()
    while await _price_shown(shop, offer) != offer.price_minor:
        if _now_ms() - answered_ms > SEEN_TIMEOUT_S * 1000:
            raise UnexpectedAnswer(f"Offer {offer.id} showed its old price for {SEEN_TIMEOUT_S} s.")
        await asyncio.sleep(POLL_INTERVAL_S)
    return Seen(sent_ms, answered_ms, _now_ms())


async def _change_and_read(desk: VendorDesk, shop: Connection, offer: PricedOffer) -> float:
    answer = await desk.change_price(offer)
    answer.check()
    token = answer.headers["plaza-consistency"]
    started_ms = _now_ms()
    shown = await _price_shown(shop, offer, Plaza_Consistency=token)
    took_ms = _now_ms() - started_ms
    if shown != offer.price_minor:
        raise UnexpectedAnswer(f"A read with its command's token showed an old price: {offer}.")
    return took_ms


async def _price_shown(shop: Connection, offer: PricedOffer, **headers: str) -> int:
    answer = await shop.get(f"/v1/products/{offer.product_id}", **headers)
    return _price_in(answer.document(ProductPage), offer.id, offer.currency)


def _price_in(page: ProductPage, offer_id: UUID, currency: str) -> int:
    (price_minor,) = (
        price.price.amount_minor
        for offer in page.offers
        for price in offer.prices
        if offer.id == offer_id and price.price.currency == currency
    )
    return price_minor


def _now_ms() -> float:
    return time.perf_counter() * 1000
