"""Orders in the states in which shoppers and vendors do something with them."""

from abc import ABC, abstractmethod
from typing import Any

from contexts.ordering.an_address import an_address
from isolation.sides import Side, done
from shopping import Cart, Order, a_cart, order_of

WAITS = "tok_action_required"


class OrderThings(ABC):
    """Of one side's owner, as a shopper and as the vendor, and of a guest who buys of it."""

    _side: Side

    @abstractmethod
    async def of(self, name: str) -> Any:
        """The thing of that name."""

    # The owner's.

    async def waiting_order(self) -> str:
        """One that waits for its shopper to pay."""
        return (await self._waiting(is_guests=False)).id

    async def other_cart(self) -> str:
        """One that is open besides."""
        return (await self._filled(is_guests=False)).id

    async def completed_cart(self) -> str:
        """One that has become an order."""
        cart = await self._filled(is_guests=False)
        await cart.buys()
        return cart.id

    # The vendor's.

    async def unplaced_vendor_order(self) -> str:
        """The part of an order that is not paid: not even its vendor is to see it."""
        return part_of(await self._waiting(is_guests=False))

    async def accepted_vendor_order(self) -> str:
        part = str(await self.of("vendor_order"))
        await done(self._side.owner.post(f"{self._side.path}/orders/{part}/accept"))
        return part

    async def ordered_line(self) -> str:
        """Of the same vendor order."""
        part, (order, _) = await self.of("vendor_order"), await self.of("bought")
        token = {"plaza-consistency": order.consistency}
        path = f"{self._side.path}/orders/{part}"
        (line,) = (await done(self._side.owner.get(path, headers=token)))["lines"]
        return str(line["id"])

    # A guest's.

    async def guests_order(self) -> Order:
        return await (await self._filled(is_guests=True)).buys()

    async def guests_waiting_order(self) -> Order:
        return await self._waiting(is_guests=True)

    async def _waiting(self, *, is_guests: bool) -> Order:
        cart = await self._filled(is_guests=is_guests)
        return order_of(cart.person, await cart.completes(WAITS))

    async def _filled(self, *, is_guests: bool) -> Cart:
        """A cart of something that is for all eyes, to go to somebody who is not."""
        mark, offer_id = self._side.mark, await self.of("published_offer")
        address = an_address(name=mark, email=f"{mark}@shopper.example")
        shopper = None if is_guests else self._side.owner
        return await a_cart(self._side.marketplace, {offer_id: 1}, shopper, address=address)


def part_of(order: Order) -> str:
    """The vendor order of an order of one vendor."""
    (part,) = order.answer.json()["vendor_orders"]
    return str(part["id"])
