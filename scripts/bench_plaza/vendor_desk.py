"""A demo vendor who is logged in and changes prices."""

from collections.abc import Iterator
from typing import Self
from uuid import UUID

import msgspec

from bench_plaza.keep_alive import Answer, Connection
from plaza.operations.demo.log_ins import VENDOR_PASSWORD, owner_email
from plaza.read_models.product_listing.document import ProductList
from plaza.read_models.vendor_directory.document import ListedVendor, ShownVendor, VendorList
from plaza.read_models.vendor_products.document import OwnProduct, OwnProductList


class Session(msgspec.Struct, frozen=True):
    access_token: str


class ChangedOffer(msgspec.Struct, frozen=True):
    version: int


class PricedOffer(msgspec.Struct):
    """An offer on sale, as its vendor last read or changed it."""

    id: UUID
    product_id: UUID
    version: int
    price_minor: int
    currency: str

    @property
    def next_price_minor(self) -> int:
        """Up and down by one, so that prices stay what they were."""
        return self.price_minor + (1 if self.version % 2 else -1)


class VendorDesk:
    def __init__(self, connection: Connection, vendor_id: UUID, session: Session) -> None:
        self._connection = connection
        self._path = f"/v1/vendors/{vendor_id}"
        self._authorization = f"Bearer {session.access_token}"

    @classmethod
    async def open(cls, connection: Connection, vendor: ListedVendor) -> Self:
        credentials = {"email": owner_email(vendor.slug), "password": VENDOR_PASSWORD}
        answer = await connection.post("/v1/sessions", credentials)
        return cls(connection, vendor.id, answer.document(Session))

    async def offers(self) -> list[PricedOffer]:
        path = f"{self._path}/products?status=published&limit=100"
        answer = await self._connection.get(path, Authorization=self._authorization)
        products = answer.document(OwnProductList).items
        return [offer for product in products for offer in _on_sale(product)]

    async def read_own(self) -> Answer:
        """A page of the vendor's own products."""
        path = f"{self._path}/products?limit=24"
        return await self._connection.get(path, Authorization=self._authorization)

    async def change_price(self, offer: PricedOffer) -> Answer:
        """Post the offer's next price; a 2xx moves the offer on."""
        price_minor = offer.next_price_minor
        answer = await self._connection.patch(
            f"{self._path}/offers/{offer.id}",
            {"price": {"amount_minor": price_minor, "currency": offer.currency}},
            Authorization=self._authorization,
            If_Match=f'"{offer.version}"',
        )
        if answer.succeeded:
            offer.version = answer.document(ChangedOffer).version
            offer.price_minor = price_minor
        return answer


async def selling_vendors(connection: Connection, count: int) -> list[ShownVendor]:
    answer = await connection.get("/v1/vendors?limit=100")
    return answer.document(VendorList).items[:count]


async def a_slug(connection: Connection) -> str:
    """The slug of a product that is listed."""
    answer = await connection.get("/v1/products?limit=1")
    return answer.document(ProductList).items[0].slug


def _on_sale(product: OwnProduct) -> Iterator[PricedOffer]:
    for offer in product.offers:
        if offer.status == "active":
            money = offer.prices[0].price
            yield PricedOffer(
                id=offer.id,
                product_id=product.id,
                version=offer.version,
                price_minor=money.amount_minor,
                currency=money.currency,
            )
