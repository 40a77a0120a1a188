"""Facts that are told one after the other, and what is shown of them from sorted sets."""

import msgspec

from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.projecting.sorting import Sorting
from plaza.read_models.product_suggestions.projection import PROJECTION
from plaza.read_models.product_suggestions.query import suggest_products
from plaza.reading.sorted_sets import Between
from read_models.catalogue import AnOffer, AProduct, AVendor, pounds
from read_models.given import given
from read_models.sorting import Shelf, nothing_sorted

ALL = Between("all", "", "\U0010ffff", 1_000)


class Story:
    """Facts that are written to the tables one after the other, each at the next position."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.upto = 1

    async def happens(self, *events: Event) -> set[str]:
        """Write what follows; the tags of what changed."""
        self.upto += 1
        async with self.shelf.connection.acquire() as connection, connection.transaction():
            tables = await BuildTables.of(connection, PROJECTION, 1)
            return await tables.write(connection, given(*events).told(PROJECTION))

    async def told(self, writer: Sorting, *events: Event) -> None:
        """What happens is told, and to be seen by who waits for it."""
        await self.shelf.told(writer, await self.happens(*events), self.upto)
        self.shelf.watermarks.of(PROJECTION.name).position = self.upto

    async def shown(self) -> list[str] | None:
        return await self.shelf.reads.ask(PROJECTION.name, ALL)

    async def titles(self) -> list[str]:
        """What everybody is shown, wherever it is found."""
        body = (await suggest_products(self.shelf.connection, self.shelf.reads, "title")).body
        truth = await suggest_products(
            self.shelf.connection, nothing_sorted(self.shelf.redis), "title"
        )
        assert body == truth.body
        return [item["text"] for item in msgspec.json.decode(body)["items"]]


def titled(title: str, vendor: AVendor) -> list[Event]:
    product = AProduct(vendor)
    offer = AnOffer(product, vendor).created(pounds(1))
    return [product.created(title=title), offer, product.published()]
