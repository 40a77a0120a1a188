"""Rows that the driver writes, beside those that SQLAlchemy makes for them."""

import asyncpg
import pytest

from actors import Marketplace
from plaza.contexts.ordering.cart import CartLine
from plaza.kernel.ids import new_id
from plaza.settings import Settings
from writing.watching import watching


async def test_a_price_in_another_currency_is_added_to_the_first(
    marketplace: Marketplace, settings: Settings
) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.creates_product()
    offer_id = created["variants"][0]["offer_id"]
    path = f"{vendor.path}/offers/{offer_id}"

    for version, (amount_minor, currency) in enumerate([(5600, "EUR"), (5700, "EUR")], 1):
        price = {"amount_minor": amount_minor, "currency": currency}
        answer = await vendor.patch(path, {"price": price}, version=version)
        assert answer.status_code == 200, answer.text

    async with watching(settings) as database:
        assert await prices_of(database, offer_id) == {"EUR": 5700, "GBP": 4900}
    assert answer.json()["version"] == 3


def test_a_row_has_what_it_is_made_with_and_nothing_that_its_table_does_not_know() -> None:
    line_id = new_id()
    assert CartLine(id=line_id, quantity=2).quantity == 2
    with pytest.raises(TypeError, match="colour"):
        CartLine(id=line_id, colour="red")


async def prices_of(database: asyncpg.Connection, offer_id: str) -> dict[str, int]:
    """What the offer costs in each currency."""
    rows = await database.fetch(
        "SELECT currency, amount_minor FROM catalog.offer_price WHERE offer_id = $1", offer_id
    )
    return {row["currency"]: row["amount_minor"] for row in rows}
