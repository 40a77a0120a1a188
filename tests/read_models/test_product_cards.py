"""Which products have a card in the listing, and what it says of their offers."""

from uuid import uuid4

import msgspec

from plaza.kernel.event import Event
from plaza.read_models.product_listing.document import Card, ListingRow
from plaza.read_models.product_listing.projection import PROJECTION
from read_models.catalogue import AnOffer, AProduct, AVendor, euros, on_sale, pounds
from read_models.given import given


def rows_of(*events: Event) -> list[ListingRow]:
    return given(*events).shows(PROJECTION)["product_listing"]


def card_of(*events: Event) -> Card:
    """The card of the only row."""
    (row,) = rows_of(*events)
    return msgspec.json.decode(row.card, type=Card)


def test_a_draft_has_no_card() -> None:
    product = AProduct(AVendor())
    offer = AnOffer(product, product.vendor)
    assert rows_of(product.created(), offer.created(pounds(100)), offer.stocked(3)) == []


def test_a_product_that_is_unpublished_vanishes_and_comes_back() -> None:
    product = AProduct(AVendor())
    story = on_sale(product, AnOffer(product, product.vendor).created(pounds(100)))
    assert len(rows_of(*story)) == 1
    assert rows_of(*story, product.unpublished()) == []
    assert len(rows_of(*story, product.unpublished(), product.published())) == 1


def test_a_card_says_what_the_product_says_last() -> None:
    product = AProduct(AVendor())
    story = on_sale(product, AnOffer(product, product.vendor).created(pounds(100, 150)))
    card = card_of(*story, product.changed(title="Oak chair", brand="Plain", media=[]))
    assert (card.title, card.brand, card.image) == ("Oak chair", "Plain", None)
    assert card.price.amount_minor == 100
    assert card.compare_at_price is not None
    assert card.compare_at_price.amount_minor == 150


def test_the_lowest_price_wins_among_offers_in_stock() -> None:
    product = AProduct(AVendor())
    dear, cheap = (AnOffer(product, product.vendor) for _ in range(2))
    story = (
        *on_sale(product, dear.created(pounds(300)), cheap.created(pounds(200))),
        *(dear.stocked(1), cheap.stocked(1)),
    )
    card, (row,) = card_of(*story), rows_of(*story)
    assert (card.offer_id, card.price.amount_minor) == (cheap.id, 200)
    assert (row.offer_count, row.price_max_minor) == (2, 300)


def test_an_offer_in_stock_wins_over_a_cheaper_one_that_is_sold_out() -> None:
    product = AProduct(AVendor())
    dear, cheap = (AnOffer(product, product.vendor) for _ in range(2))
    card = card_of(
        *on_sale(product, dear.created(pounds(300)), cheap.created(pounds(200))),
        *(dear.stocked(1), cheap.stocked(2, reserved=2)),
    )
    assert card.offer_id == dear.id
    assert card.in_stock


def test_of_equal_offers_the_oldest_wins() -> None:
    product = AProduct(AVendor())
    older, newer = (AnOffer(product, product.vendor) for _ in range(2))
    story = on_sale(product, older.created(pounds(200)), newer.created(pounds(200)))
    assert card_of(*story, newer.stocked(9), older.stocked(1)).offer_id == older.id


def test_a_withdrawn_offer_loses_and_without_another_the_product_vanishes() -> None:
    product = AProduct(AVendor())
    winner, other = (AnOffer(product, product.vendor) for _ in range(2))
    story = on_sale(product, winner.created(pounds(100)), other.created(pounds(200)))
    assert card_of(*story, winner.withdrawn()).offer_id == other.id
    assert rows_of(*story, winner.withdrawn(), other.withdrawn()) == []


def test_the_stock_of_all_locations_counts() -> None:
    product = AProduct(AVendor())
    offer = AnOffer(product, product.vendor)
    elsewhere = AnOffer(product, product.vendor, id=offer.id)
    story = on_sale(product, offer.created(pounds(100)), offer.stocked(0))
    assert not card_of(*story).in_stock
    assert card_of(*story, elsewhere.stocked(1)).in_stock


def test_what_is_reserved_for_orders_is_not_in_stock() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = on_sale(product, offer.created(pounds(100)), offer.stocked(2, reserved=1))
    assert card_of(*story).in_stock
    assert not card_of(*story, offer.stocked(2, reserved=2)).in_stock


def test_an_offer_that_may_be_backordered_counts_as_in_stock() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    stocked, awaited = AnOffer(product, vendor), AnOffer(product, vendor)
    offered = (stocked.created(pounds(200)), awaited.created(pounds(100)))
    story = on_sale(product, *offered, stocked.stocked(1), awaited.stocked(0))
    assert card_of(*story).offer_id == stocked.id
    story += [awaited.kept(allows_backorder=True)]
    assert (card_of(*story).offer_id, card_of(*story).in_stock) == (awaited.id, True)
    story += [awaited.kept(allows_backorder=False)]
    assert card_of(*story).offer_id == stocked.id


def test_each_currency_has_a_row_of_its_own() -> None:
    product = AProduct(AVendor())
    here, abroad = (AnOffer(product, product.vendor) for _ in range(2))
    offered = here.created(pounds(100), euros(500)), abroad.created(euros(120))
    rows = rows_of(*on_sale(product, *offered), here.stocked(1), abroad.stocked(1))
    assert [(row.currency, row.price_minor) for row in rows] == [("EUR", 120), ("GBP", 100)]


def test_an_offer_that_changes_its_price_is_shown_in_its_currencies_only() -> None:
    product = AProduct(AVendor())
    offer = AnOffer(product, product.vendor)
    story = on_sale(product, offer.created(pounds(100), euros(120)))
    (row,) = rows_of(*story, offer.changed(euros(110)))
    assert (row.currency, row.price_minor) == ("EUR", 110)


def test_a_vendor_has_one_row_however_many_variants_it_offers() -> None:
    product = AProduct(AVendor(), variants=[uuid4() for _ in range(3)])
    offers = [AnOffer(product, product.vendor, variant) for variant in range(3)]
    prices = [offer.created(pounds(100 + n)) for n, offer in enumerate(offers)]
    (row,) = rows_of(*on_sale(product, *prices))
    assert (row.price_minor, row.price_max_minor, row.offer_count) == (100, 102, 3)
