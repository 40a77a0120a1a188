"""The first phase of completing a cart: all is checked, written down and reserved, or nothing.

One transaction. The order is pending from then on; its payment is asked for outside of any.
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.reserve_stock import Demand, ReserveStock, reserve_stock
from plaza.contexts.ordering.address import Address
from plaza.contexts.ordering.cart import Cart, Carts
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.commands.take_order import TakenOrder, TakeOrder, take_order
from plaza.contexts.ordering.order_address import order_address
from plaza.contexts.ordering.order_group import OrderGroup, Orders
from plaza.contexts.ordering.pricing import PricedCart, priced_cart
from plaza.contexts.payments.commands.open_payment import OpenPayment, ShareOf, open_payment
from plaza.contexts.payments.provider import CLAIM_S
from plaza.crossings.orders.settle_payment import Settled, place
from plaza.kernel.ids import new_id
from plaza.kernel.money import Money
from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.writing.unit_of_work import UnitOfWork

HARMLESS = ("price_changed", "insufficient_stock")
"""Problems that the total and the reservation judge better than a look beforehand."""


class CartEmpty(Unprocessable):
    code = "cart_empty"
    title = "There is nothing in the cart"


class CartChanged(Conflict):
    """What the shopper has agreed to is not what it costs now."""

    code = "cart_changed"
    title = "The cart costs something else now"


class CartHasProblems(Conflict):
    code = "cart_has_problems"
    title = "Something in the cart cannot be bought"


class PrepareOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Take an order down.

    Attributes:
        operation_id: the key under which the payment is going to be asked for.
        expected_total: what the shopper was shown; another one is refused.
        pending_for: how long the shopper has to bring the payment to an end.
        acceptance_s: how long vendors have to accept the order; None: they need not.
    """

    cart_id: UUID
    order_id: UUID
    operation_id: UUID
    provider: str
    expected_total: Money
    pending_for: timedelta
    acceptance_s: int | None
    email: str | None = None
    address: Address | None = None


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The order that the cart has become.

    Attributes:
        settled: how it stands, where nothing is left to do.
        is_new: whether this command has taken it down; otherwise it was there before.
    """

    order: OrderGroup
    is_new: bool
    settled: Settled | None = None


async def prepare_order(command: PrepareOrder, work: UnitOfWork, rules: CartRules) -> Prepared:
    """Make the cart an order, pending, with its stock reserved.

    Raises:
        NotThere: there is no such cart, or it is not for the caller to see.
        CompletionInProgress, CartCompleted: it cannot be bought now, or not any more.
        CartEmpty: nothing lies in it.
        AddressRequired, EmailRequired, InvalidEmail: it is not known where it goes, or who to tell.
        UnknownCountry: the address is in no country.
        CartChanged: it costs something else than was expected.
        CartHasProblems: something in it is not for sale any more.
        InsufficientStock: there is not enough of something.
    """
    cart = await Carts.of(work).find_locked(command.cart_id)
    known = await Orders.of(work).of_cart(cart.id)
    if known is not None:
        return Prepared(order=known, is_new=False)
    cart.require_open()
    priced = await _priced(cart, rules, work)
    _require_as_expected(priced, command.expected_total)
    taking = TakeOrder(
        order_id=command.order_id,
        cart_id=cart.id,
        account_id=cart.account_id,
        address=await order_address(cart, command.address, command.email, work),
        priced=priced,
        acceptance_s=command.acceptance_s,
    )
    taken = await take_order(taking, work)
    cart.begin_completion()
    return await _secured(taken, command, work)


async def _priced(cart: Cart, rules: CartRules, work: UnitOfWork) -> PricedCart:
    lines = await Carts.of(work).lines_of(cart.id)
    if not lines:
        raise CartEmpty("Put something into it first.")
    on_sale = await rules.on_sale([line.offer_id for line in lines], cart.id, work)
    return priced_cart(lines, on_sale, cart.currency, rules.delivery, rules.tax)


def _require_as_expected(priced: PricedCart, expected: Money) -> None:
    """Refuse to sell what the shopper has not seen like this."""
    grave = [problem for problem in priced.problems if problem.code not in HARMLESS]
    if grave:
        message = "Take out of the cart what cannot be bought now."
        raise CartHasProblems(message, problems=msgspec.to_builtins(grave))
    current = Money(priced.totals.total_minor, priced.currency)
    if current != expected:
        message = "Show the shopper the present total, and send it as expected_total."
        raise CartChanged(message, current_total=msgspec.to_builtins(current))


async def _secured(taken: TakenOrder, command: PrepareOrder, work: UnitOfWork) -> Prepared:
    """Open its payment and, last of all, reserve its stock."""
    order = taken.order
    payment = await open_payment(_opening(taken, command, work), work)
    await reserve_stock(_reserving(taken, command.cart_id), work)
    if payment.amount_minor > 0:
        return Prepared(order=order, is_new=True)
    # What costs nothing waits for nobody.
    await place(order, taken.parts, work)
    settled = Settled(order=order, parts=taken.parts, payment=payment)
    return Prepared(order=order, is_new=True, settled=settled)


def _opening(taken: TakenOrder, command: PrepareOrder, work: UnitOfWork) -> OpenPayment:
    shares = tuple(
        ShareOf(vendor_order_id=part.id, vendor_id=part.vendor_id, amount_minor=part.total_minor)
        for part in taken.parts
    )
    return OpenPayment(
        payment_id=new_id(),
        operation_id=command.operation_id,
        order_id=taken.order.id,
        account_id=taken.order.account_id,
        provider=command.provider,
        currency=taken.order.currency,
        amount_minor=taken.order.total_minor,
        shares=shares,
        expires_at=work.now + command.pending_for,
        claim_s=CLAIM_S,
    )


def _reserving(taken: TakenOrder, cart_id: UUID) -> ReserveStock:
    demands = tuple(
        Demand(
            line_id=line.id,
            vendor_order_id=line.vendor_order_id,
            offer_id=line.offer_id,
            quantity=line.quantity,
            # The order's own lines are gone again with what refuses them.
            told_as=taken.cart_lines[line.id],
        )
        for line in taken.lines
    )
    return ReserveStock(
        order_id=taken.order.id,
        cart_id=None,
        demands=demands,
        expires_at=None,
        takes_over_cart=cart_id,
    )
