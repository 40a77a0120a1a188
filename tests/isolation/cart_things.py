"""Carts that something is in."""

from abc import ABC, abstractmethod
from typing import Any

from contexts.ordering.an_address import an_address
from contexts.ordering.carts import HeldCart, a_cart, lines_of
from isolation.sides import Side


class CartThings(ABC):
    """Of one side's owner as a shopper, and of a guest."""

    _side: Side

    @abstractmethod
    async def of(self, name: str) -> Any:
        """The thing of that name."""

    async def held_cart(self) -> HeldCart:
        wanted = (await self.of("published_offer"), 1)
        return await a_cart(self._side.owner, wanted, address=an_address(name=self._side.mark))

    async def cart(self) -> str:
        return str((await self.of("held_cart")).id)

    async def line(self) -> str:
        return str(lines_of((await self.of("held_cart")).created)[0]["id"])

    async def guests_cart(self) -> HeldCart:
        wanted = (await self.of("published_offer"), 1)
        mark, anybody = self._side.mark, self._side.marketplace.anybody
        address = an_address(name=mark, email=f"{mark}@shopper.example")
        return await a_cart(anybody, wanted, address=address)
