"""What is counted of an offer's stock, and for how long it is shown."""

from typing import Any

import msgspec

from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.read_models.stock_overview.projection import PROJECTION
from read_models.catalogue import an_offer, pounds
from read_models.given import given


def row_of(*events: Event) -> Any:
    (row,) = given(*events).shows(PROJECTION)["stock_overview"]
    return row


def test_the_rows_of_an_offer_are_summed() -> None:
    offer = an_offer()
    here = offer.stocked(5, reserved=2, backordered=0)
    there = offer.stocked(3, reserved=3, backordered=4, stock_id=new_id())
    row = row_of(offer.created(pounds(100)), here, there)
    assert (row.on_hand, row.reserved, row.backordered) == (8, 5, 4)


def test_the_last_movement_of_a_row_counts() -> None:
    offer = an_offer()
    row = row_of(offer.stocked(5, reserved=2), offer.stocked(3, reserved=0, backordered=1))
    assert (row.on_hand, row.reserved, row.backordered) == (3, 0, 1)


def test_buckets_of_a_location_are_shown_together() -> None:
    offer, near, far = an_offer(), new_id(), new_id()
    story = [
        offer.stocked(5, reserved=1, stock_id=new_id(), location_id=near),
        offer.stocked(7, reserved=2, stock_id=new_id(), location_id=near),
        offer.stocked(1, reserved=0, stock_id=new_id(), location_id=far),
    ]
    assert msgspec.json.decode(row_of(*story).locations) == [
        {"location_id": str(near), "on_hand": 12, "reserved": 3},
        {"location_id": str(far), "on_hand": 1, "reserved": 0},
    ]


def test_a_withdrawn_offer_is_shown_while_any_is_left_or_owed() -> None:
    offer = an_offer()
    story = [offer.created(pounds(100)), offer.stocked(1, backordered=0), offer.withdrawn()]
    assert not row_of(*story).active
    gone = offer.stocked(0, backordered=0)
    assert given(*story, gone).shows(PROJECTION)["stock_overview"] == []
    assert row_of(*story, gone, offer.stocked(0, backordered=1)).backordered == 1


def test_an_offer_without_stock_is_shown_while_it_is_on_sale() -> None:
    offer = an_offer()
    assert row_of(offer.created(pounds(100))).on_hand == 0


def test_how_an_offer_is_stocked_is_shown() -> None:
    offer = an_offer()
    row = row_of(offer.stocked(1), offer.kept(allows_backorder=True, low_at=2))
    assert (row.allows_backorder, row.low_at, row.buckets) == (True, 2, 1)


def test_an_offer_and_how_it_is_stocked_count_their_versions_apart() -> None:
    offer = an_offer()
    created = msgspec.structs.replace(offer.created(pounds(100), sku="A-1"), version=1)
    kept = msgspec.structs.replace(offer.kept(low_at=2), version=1)
    assert created.aggregate_id == kept.aggregate_id
    row = row_of(created, kept)
    assert (row.sku, row.low_at) == ("A-1", 2)
