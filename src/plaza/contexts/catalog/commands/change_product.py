"""Something else is said of a product."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.category import Categories
from plaza.contexts.catalog.product import Description, Product, Products
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class ChangeProduct(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    product_id: UUID
    version: int | None
    description: Description


async def change_product(command: ChangeProduct, work: UnitOfWork) -> Product:
    product = await Products.of(work).find(command.product_id)
    if product.vendor_id != command.vendor_id:
        raise NotThere
    product.expect(command.version)
    category_id = command.description.category_id
    if isinstance(category_id, UUID):
        await Categories.of(work).require(category_id)
    work.publish(product.change(command.description))
    return product
