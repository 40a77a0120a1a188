"""Two commands at once may stand in the log in either order; what is shown is the same."""

import pytest

from plaza.kernel.event import Event
from plaza.projecting.projection import Projection
from plaza.read_models.bestsellers import projection as bestsellers
from plaza.read_models.product_listing import projection as product_listing
from plaza.read_models.product_page import projection as product_page
from plaza.read_models.stock_overview import projection as stock_overview
from plaza.read_models.vendor_products import projection as vendor_products
from read_models.catalogue import AnOffer, AProduct, AVendor, pounds
from read_models.given import given

MODELS = (product_listing, product_page, vendor_products, bestsellers, stock_overview)


@pytest.mark.parametrize("projection", [m.PROJECTION for m in MODELS], ids=lambda p: p.name)
def test_which_of_two_offers_has_spoken_first_is_not_seen(projection: Projection) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    begun = [*vendor.approved(), product.created(), product.published()]
    one, other = [
        [offer.created(pounds(100)), offer.stocked(3)]
        for offer in (AnOffer(product, vendor), AnOffer(product, vendor))
    ]

    shown = rows_of(projection, *begun, *one, *other)

    assert any(shown.values())
    assert rows_of(projection, *begun, *other, *one) == shown


def rows_of(projection: Projection, *story: Event) -> dict[str, list[str]]:
    """What its tables hold, which have no order of their own."""
    shown = given(*story).shows(projection)
    return {table: sorted(map(str, rows)) for table, rows in shown.items()}
