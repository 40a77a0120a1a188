"""A cart with its lines at hand, while a command changes it."""

from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from plaza.contexts.ordering.address import Addresses
from plaza.contexts.ordering.cart import (
    LINE_QUANTITY_MAX,
    LINES_MAX,
    Cart,
    CartFull,
    CartLine,
    Carts,
    CurrencyMismatch,
    OfferUnavailable,
    QuantityTooLarge,
    WantedOffer,
)
from plaza.contexts.ordering.cart_document import (
    CartDocument,
    ToldCart,
    document_of,
)
from plaza.contexts.ordering.cart_problems import price_now
from plaza.contexts.ordering.cart_rules import CartRules, Hold, what_can_be_held
from plaza.contexts.ordering.goods import OnSale
from plaza.contexts.ordering.pricing import priced_cart
from plaza.kernel.ids import new_id
from plaza.kernel.money import AMOUNT_MINOR_MAX
from plaza.kernel.refusals import NotThere, Unprocessable
from plaza.writing.unit_of_work import UnitOfWork


class TotalTooLarge(Unprocessable):
    code = "total_too_large"
    title = "The cart costs more than can be told"


class CartContents:
    """The lines of a cart, at most one for each offer, so that the demand for it is one number."""

    def __init__(self, cart: Cart, lines: Sequence[CartLine], work: UnitOfWork) -> None:
        self.cart = cart
        self.lines = {line.offer_id: line for line in lines}
        self._work = work

    @classmethod
    async def opened(cls, cart_id: UUID, work: UnitOfWork, rules: CartRules) -> Self:
        """Lock the cart for a change, which also prolongs its life.

        Raises:
            NotThere: there is none for the caller.
            CompletionInProgress, CartCompleted: it cannot be changed.
        """
        carts = Carts.of(work)
        cart = await carts.find_locked(cart_id)
        cart.touch(work.now, rules.lifetime)
        return cls(cart, await carts.lines_of(cart_id), work)

    async def on_sale(
        self, rules: CartRules, wanted: Sequence[WantedOffer] = ()
    ) -> Mapping[UUID, OnSale]:
        """The offers of the lines, and those that are about to become lines, as they are now."""
        offer_ids = [*self.lines, *(each.offer_id for each in wanted)]
        return await rules.on_sale(offer_ids, self.cart.id, self._work)

    def put_in(self, wanted: Sequence[WantedOffer], on_sale: Mapping[UUID, OnSale]) -> None:
        """Add to what is there; too little stock is no refusal, but a problem that the cart tells.

        Raises:
            OfferUnavailable, CurrencyMismatch: naming every such offer.
            CartFull, QuantityTooLarge: it would be too much.
        """
        _require_buyable(wanted, on_sale, self.cart.currency)
        for each in wanted:
            offer = on_sale[each.offer_id]
            line = self.lines.get(each.offer_id) or self._new_line(offer)
            self._set(line, line.quantity + each.quantity, offer)
        if len(self.lines) > LINES_MAX:
            raise CartFull(f"A cart has {LINES_MAX} lines at most.", lines_max=LINES_MAX)

    def change(self, line_id: UUID, quantity: int, on_sale: Mapping[UUID, OnSale]) -> None:
        """Set a line's quantity, and its price to the present one.

        Raises:
            NotThere: the cart has no such line.
            QuantityTooLarge: a line holds less than that.
        """
        line = self._line(line_id)
        self._set(line, quantity, on_sale.get(line.offer_id))

    async def take_out(self, line_id: UUID) -> None:
        """Remove a line.

        Raises:
            NotThere: the cart has no such line.
        """
        line = self.lines.pop(self._line(line_id).offer_id)
        await self._work.session.delete(line)

    async def merge(self, other: Cart) -> None:
        """Take over another cart's lines, as far as they fit, and its address if this has none.

        Of an offer that lies in both carts, the quantity in this one stays.
        """
        carts, session = Carts.of(self._work), self._work.session
        for line in await carts.lines_of(other.id):
            if line.offer_id in self.lines or len(self.lines) >= LINES_MAX:
                await session.delete(line)
            else:
                line.cart_id = self.cart.id
                self.lines[line.offer_id] = line
        other.merge(self._work.now)
        addresses = Addresses.of(self._work)
        address = await addresses.of_cart(other.id)
        if address is None:
            return
        if await addresses.of_cart(self.cart.id) is None:
            address.cart_id = self.cart.id
        else:
            await session.delete(address)

    async def told(self, rules: CartRules, on_sale: Mapping[UUID, OnSale]) -> CartDocument:
        """The whole cart as the answer shows it; where carts reserve stock, it is reserved now.

        Raises:
            TotalTooLarge: no client could read the total.
        """
        await self._work.flush()
        cart, held = self.cart, await Addresses.of(self._work).of_cart(self.cart.id)
        told = ToldCart(
            id=cart.id,
            status=cart.status,
            expires_at=cart.expires_at,
            address=None if held is None else held.given(),
        )
        if rules.hold is not None and cart.status == "open":
            on_sale = await self._held(rules.hold, rules, on_sale)
        lines = self.lines.values()
        priced = priced_cart(lines, on_sale, cart.currency, rules.delivery, rules.tax)
        if priced.totals.total_minor > AMOUNT_MINOR_MAX:
            raise TotalTooLarge("Take less into one cart.")
        return document_of(told, priced)

    async def _held(
        self, hold: Hold, rules: CartRules, on_sale: Mapping[UUID, OnSale]
    ) -> Mapping[UUID, OnSale]:
        """Reserve what can be; the offers as they are afterwards."""
        held = what_can_be_held([*self.lines.values()], on_sale)
        await hold(self.cart.id, held, self._work)
        if self._work.attempt == 0:
            return on_sale
        # Others may have been faster: what could not be reserved is told as a problem.
        return await self.on_sale(rules)

    def _line(self, line_id: UUID) -> CartLine:
        found = next((line for line in self.lines.values() if line.id == line_id), None)
        if found is None:
            raise NotThere
        return found

    def _new_line(self, offer: OnSale) -> CartLine:
        line = CartLine(
            id=new_id(),
            cart_id=self.cart.id,
            offer_id=offer.offer_id,
            vendor_id=offer.vendor_id,
            product_id=offer.product_id,
            variant_id=offer.variant_id,
            quantity=0,
        )
        self.lines[offer.offer_id] = line
        self._work.session.add(line)
        return line

    def _set(self, line: CartLine, quantity: int, offer: OnSale | None) -> None:
        if quantity > LINE_QUANTITY_MAX:
            message = f"A line holds {LINE_QUANTITY_MAX} of an offer at most."
            raise QuantityTooLarge(message, offer_id=line.offer_id, quantity_max=LINE_QUANTITY_MAX)
        line.quantity = quantity
        price = price_now(offer, self.cart.currency)
        if price is not None:
            line.unit_price_minor = price


def _require_buyable(
    wanted: Sequence[WantedOffer], on_sale: Mapping[UUID, OnSale], currency: str
) -> None:
    asked = dict.fromkeys(each.offer_id for each in wanted)
    unknown = [each for each in asked if each not in on_sale or not on_sale[each].is_buyable]
    if unknown:
        named = ", ".join(map(str, unknown))
        raise OfferUnavailable(f"Not for sale, or not any more: {named}.", offer_ids=unknown)
    priceless = [str(each) for each in asked if currency not in on_sale[each].prices]
    if priceless:
        message = (
            f"The cart is in {currency}, in which these have no price: {', '.join(priceless)}."
        )
        raise CurrencyMismatch(message, offer_ids=priceless, currency=currency)
