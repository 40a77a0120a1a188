"""A vendor puts a product on the listing, which only an approved vendor may."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.commands.list_product import ListProduct, list_product
from plaza.contexts.catalog.product import Product
from plaza.contexts.vendors.vendor import Vendors
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class VendorNotApproved(Conflict):
    code = "vendor_not_approved"
    title = "The vendor may not publish now"


class PublishProduct(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    product_id: UUID
    version: int | None = None


async def publish_product(command: PublishProduct, work: UnitOfWork) -> Product:
    """Put the product on the listing.

    Raises:
        NotThere: it is not the vendor's.
        StaleVersion: it was changed since the caller read it.
        IllegalTransition: it cannot be published from where it is.
        VendorNotApproved: its vendor is not approved, or not any more.
    """
    listing = ListProduct(
        vendor_id=command.vendor_id, product_id=command.product_id, version=command.version
    )
    product = await list_product(listing, work)
    vendor = await Vendors.of(work).find(command.vendor_id)
    if vendor.status != "approved":
        message = f"The vendor is {vendor.status}; an approved one may publish."
        raise VendorNotApproved(message, vendor_status=vendor.status)
    return product
