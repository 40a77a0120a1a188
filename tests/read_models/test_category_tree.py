from typing import Any

import msgspec

from plaza.kernel.event import Event
from plaza.read_models.category_tree.projection import PROJECTION
from plaza.read_models.category_tree.query import list_categories
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, on_sale, pounds
from read_models.conftest import Shown
from read_models.given import given


async def counts(written: Shown, *events: Event) -> dict[str, int]:
    """The number of products on sale by category."""
    tree = msgspec.json.decode((await list_categories(await written(PROJECTION, *events))).body)
    return _counts_in(tree["items"])


def _counts_in(nodes: list[dict[str, Any]]) -> dict[str, int]:
    found = {node["id"]: node["product_count"] for node in nodes}
    for node in nodes:
        found |= _counts_in(node["children"])
    return found


def sold_in(category: ACategory, vendor: AVendor) -> list[Event]:
    product = AProduct(vendor, category)
    return on_sale(product, AnOffer(product, vendor).created(pounds(100)))


async def test_a_category_counts_what_is_on_sale_in_it_and_below_it(written: Shown) -> None:
    vendor, above = AVendor(), ACategory()
    below = ACategory(parent_id=above.id)
    story = [*vendor.approved(), above.created(), below.created()]
    story += [*sold_in(above, vendor), *sold_in(below, vendor), *sold_in(below, vendor)]
    assert await counts(written, *story) == {str(above.id): 3, str(below.id): 2}


async def test_a_product_of_two_vendors_counts_once(written: Shown) -> None:
    author, other, category = AVendor(), AVendor(), ACategory()
    product = AProduct(author, category)
    offers = [AnOffer(product, vendor).created(pounds(100)) for vendor in (author, other)]
    story = [*author.approved(), *other.approved(), category.created(), *on_sale(product, *offers)]
    assert await counts(written, *story) == {str(category.id): 1}
    assert await counts(written, *story, author.suspended()) == {str(category.id): 1}


async def test_what_a_suspended_vendor_sells_does_not_count(written: Shown) -> None:
    vendor, category = AVendor(), ACategory()
    story = [*vendor.approved(), category.created(), *sold_in(category, vendor)]
    assert await counts(written, *story, vendor.suspended()) == {str(category.id): 0}
    back = [vendor.suspended(), vendor.reinstated()]
    assert await counts(written, *story, *back) == {str(category.id): 1}


async def test_drafts_and_what_is_unpublished_do_not_count(written: Shown) -> None:
    vendor, category = AVendor(), ACategory()
    draft, gone = AProduct(vendor, category), AProduct(vendor, category)
    story = [*vendor.approved(), category.created(), draft.created()]
    story += [AnOffer(draft, vendor).created(pounds(100))]
    story += [*on_sale(gone, AnOffer(gone, vendor).created(pounds(1))), gone.unpublished()]
    assert await counts(written, *story) == {str(category.id): 0}


def test_a_product_without_an_offer_is_not_on_sale() -> None:
    product = AProduct(AVendor(), ACategory())
    offer = AnOffer(product, product.vendor)
    story = on_sale(product, offer.created(pounds(100)))
    assert len(given(*story).shows(PROJECTION)["category_tree_product"]) == 1
    assert given(*story, offer.withdrawn()).shows(PROJECTION)["category_tree_product"] == []


async def test_a_product_that_moves_counts_where_it_is_now(written: Shown) -> None:
    vendor, before, after = AVendor(), ACategory(), ACategory()
    product = AProduct(vendor, before)
    story = [*vendor.approved(), before.created(), after.created()]
    story += on_sale(product, AnOffer(product, vendor).created(pounds(100)))
    story += [product.changed(category_id=after.id)]
    assert await counts(written, *story) == {str(before.id): 0, str(after.id): 1}


async def test_siblings_stand_in_the_order_of_their_rank(written: Shown) -> None:
    last, first = ACategory(), ACategory()
    pool = await written(PROJECTION, last.created(rank=2), first.created(rank=1))
    tree = msgspec.json.decode((await list_categories(pool)).body)
    assert [node["id"] for node in tree["items"]] == [str(first.id), str(last.id)]


async def test_a_category_whose_parent_is_parked_is_shown_by_itself(written: Shown) -> None:
    parked, other = ACategory(), ACategory()
    below = ACategory(parent_id=parked.id)
    shown = await counts(written, below.created(), other.created())
    assert shown == {str(below.id): 0, str(other.id): 0}
