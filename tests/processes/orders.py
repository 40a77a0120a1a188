"""Orders of the tests of processes, taken down without a shopper."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import CartAddress
from plaza.contexts.ordering.cart import Cart, Carts
from plaza.contexts.ordering.commands.take_order import TakeOrder, take_order
from plaza.contexts.ordering.events import Totals, VendorOrderStatus
from plaza.contexts.ordering.order_group import Orders
from plaza.contexts.ordering.pricing import PricedCart, PricedLine, VendorPart
from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.kernel.ids import new_id
from plaza.writing.runner import CommandRunner
from plaza.writing.unit_of_work import UnitOfWork
from processes.following import run

WHERE = CartAddress(name="Ada", line1="1 Row", city="London", postal_code="N1", country="GB")


class Taken(msgspec.Struct, frozen=True):
    """An order that is taken down; its cart waits for what becomes of it."""

    order_id: UUID
    cart_id: UUID
    parts: int
    is_placed: bool = True


class Ended(msgspec.Struct, frozen=True):
    """The n-th part of an order comes to nothing."""

    order_id: UUID
    part: int
    status: VendorOrderStatus


async def take(command: Taken, work: UnitOfWork) -> None:
    cart = await work.session.get(Cart, command.cart_id)
    if cart is None:
        cart = a_cart(command.cart_id, work)
    cart.begin_completion()
    taking = TakeOrder(
        order_id=command.order_id,
        cart_id=command.cart_id,
        account_id=None,
        address=WHERE,
        priced=priced([a_part() for _ in range(command.parts)]),
        acceptance_s=3600,
    )
    taken = await take_order(taking, work)
    if not command.is_placed:
        return
    work.publish(taken.order.place(work.now))
    for part in taken.parts:
        work.publish(part.place(work.now, taken.order.accept_by(work.now)))
    cart.complete()


def a_cart(cart_id: UUID, work: UnitOfWork) -> Cart:
    days = work.now + timedelta(days=1)
    cart = Cart(id=cart_id, currency="GBP", status="open", changed_at=work.now, expires_at=days)
    work.session.add(cart)
    return cart


async def end(command: Ended, work: UnitOfWork) -> None:
    parts = await VendorOrders.of(work).of_order(command.order_id)
    work.publish(parts[command.part].end(command.status, None, work.now))


async def cancel(command: Taken, work: UnitOfWork) -> None:
    """Its shopper cancels what is still pending."""
    order = await Orders.of(work).find_locked(command.order_id)
    work.publish(order.cancel(None, work.now))


async def reopen(command: Taken, work: UnitOfWork) -> None:
    (await Carts.of(work).find_locked(command.cart_id)).reopen(work.now)


async def taken(runner: CommandRunner, parts: int = 2, *, is_placed: bool = True) -> Taken:
    command = Taken(new_id(), new_id(), parts, is_placed)
    await run(runner, take, command)
    return command


def a_part() -> VendorPart:
    line = PricedLine(
        line_id=new_id(),
        offer_id=new_id(),
        vendor_id=new_id(),
        product_id=new_id(),
        variant_id=new_id(),
        title="Oak chair",
        options={},
        sku=None,
        image=None,
        quantity=1,
        unit_price_minor=100,
        subtotal_minor=100,
        discount_minor=0,
        tax_rate=Decimal(0),
        tax_minor=0,
        total_minor=100,
    )
    return VendorPart(
        vendor_id=line.vendor_id,
        vendor_name="A vendor",
        vendor_slug="a-vendor",
        lines=[line],
        totals=totals(100),
    )


def priced(parts: Sequence[VendorPart]) -> PricedCart:
    return PricedCart(
        currency="GBP", parts=list(parts), totals=totals(100 * len(parts)), problems=[]
    )


def totals(amount_minor: int) -> Totals:
    return Totals(
        subtotal_minor=amount_minor,
        delivery_minor=0,
        discount_minor=0,
        tax_minor=0,
        total_minor=amount_minor,
    )
