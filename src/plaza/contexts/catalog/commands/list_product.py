"""A product is put on the listing; the crossing has asked for its vendor's standing."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.product import Product, Products
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class ListProduct(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    product_id: UUID
    version: int | None = None


async def list_product(command: ListProduct, work: UnitOfWork) -> Product:
    product = await Products.of(work).find(command.product_id)
    if product.vendor_id != command.vendor_id:
        raise NotThere
    product.expect_if_given(command.version)
    work.publish(product.publish(work.now))
    return product
