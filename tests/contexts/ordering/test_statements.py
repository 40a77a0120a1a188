"""What a cart costs the database does not grow with its lines."""

import pytest

from actors import Marketplace
from contexts.ordering.carts import a_cart, an_offer, lines_of
from isolation.statements import listen, noted


async def test_many_lines_take_as_many_statements_as_one(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = await marketplace.a_vendor()
    offers = [await an_offer(vendor) for _ in range(21)]
    listen(monkeypatch)
    made, shown = [], []

    for wanted in ([(offers[0], 1)], [(offer, 1) for offer in offers]):
        with noted() as statements:
            cart = await a_cart(marketplace.anybody, *wanted)
        made.append(len(statements))
        with noted() as statements:
            assert len(lines_of(await cart.shows())) == len(wanted)
        shown.append(len(statements))

    # The scope, the offers, cart and lines, and the address; then cart and offers.
    assert made == [5, 5]
    assert shown == [3, 3]
