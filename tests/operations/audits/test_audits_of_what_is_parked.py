"""Audits leave alone what waits for a fact that cannot be applied, and nothing else."""

from uuid import uuid4

import asyncpg
import msgspec

from operations.audits.telling import followed, unheeded
from plaza.operations.audits import Auditing, audit_some, audit_whole
from plaza.operations.point_in_time import rows_at
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.log import APPEND, sequence, tell
from projecting.poisoning import held_in, parked_in
from read_models.catalogue import AnOffer, AProduct, AVendor, on_sale, pounds

OFFERS_SHOWN = "SELECT offers FROM read.product_page_v1"


async def test_what_waits_behind_a_fact_that_names_no_document_is_left_alone(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    vendor = AVendor()
    product = AProduct(vendor, variants=[uuid4(), uuid4()])
    changed, other = AnOffer(product, vendor), AnOffer(product, vendor, variant=1)
    await tell(connection, *on_sale(product, changed.created(pounds(5)), other.created(pounds(7))))
    # A newer version has left a fact of the offer that names its offer only.
    version = changed.changed(pounds(6)).version
    place = ("catalog.offer_embellished.v1", "offer", changed.id, version, 0, vendor.id)
    await connection.execute(APPEND, uuid4(), *place, '{"how": "gold"}')
    await tell(connection, changed.changed(pounds(9)))
    last = await sequence(connection)
    await followed(connection, PRODUCT_PAGE)
    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", changed.id)
    assert await held_in(connection) == [last - 1, last]
    before = await connection.fetchval(OFFERS_SHOWN)

    audit = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)

    assert audit.differences == []
    assert await connection.fetchval(OFFERS_SHOWN) == before


async def test_a_fact_that_cannot_be_read_keeps_nobody_from_auditing_the_rest(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    vendor = AVendor()
    product, other = (AProduct(vendor, variants=[uuid4()]) for _ in range(2))
    offer = AnOffer(product, vendor)
    await tell(connection, *on_sale(product, offer.created(pounds(5))))
    await tell(connection, *on_sale(other, AnOffer(other, vendor).created(pounds(5))))
    changed = offer.changed(pounds(6))
    payload = msgspec.to_builtins(changed) | {"version": "not a number"}
    place = (changed.type(), "offer", offer.id, changed.version, 0, vendor.id)
    await connection.execute(APPEND, uuid4(), *place, msgspec.json.encode(payload).decode())
    await sequence(connection)
    await followed(connection, PRODUCT_PAGE)
    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", product.id)
    spoil = "DELETE FROM read.product_page_v1_b1 WHERE product_id = $1"
    await connection.execute(spoil, other.id)

    some = await audit_some(work, PRODUCT_PAGE, 50, repairs=False)
    whole = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)

    for audit in (some, whole):
        assert [(each.key, each.kind) for each in audit.differences] == [(other.id, "missing")]
    shown = await rows_at(work.settings, PRODUCT_PAGE, [product.id, other.id], None)
    assert [row["product_id"] for row in shown.rows["product_page"]] == [other.id]
