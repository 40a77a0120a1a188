"""Whoever comes when everything is settled, and gets all that is left, and nothing more."""

from buying_plaza.market import CURRENCY
from buying_plaza.shopper import Completed, Line, Shopper, attempt_of

from oversell_plaza.history import History, Violation

CONFLICT = 409


class LateShopper:
    """Comes alone.

    Attributes:
        orders: what was bought, by id.
        units: how many units that were.
    """

    def __init__(self, shopper: Shopper) -> None:
        self.shopper = shopper
        self.orders: dict[str, Completed] = {}
        self.units = 0

    async def buy_the_rest(self, history: History, units: dict[str, int]) -> list[Violation]:
        """Buy what came back from failed payments, in one order an offer, and try one more."""
        found = []
        for offer_id in units:
            left = history.on_hand(offer_id) - history.reserved(offer_id)
            if left > 0:
                found += await self._buy(Line(offer_id, left))
            found += await self._is_refused(Line(offer_id, 1))
        return found

    async def _buy(self, line: Line) -> list[Violation]:
        cart = await self.shopper.fill_cart([line], currency=CURRENCY)
        answer = await self.shopper.complete(attempt_of(cart))
        if not answer.succeeded:
            return [Violation("what is free can be bought", f"{line}: {answer.told}")]
        completed = answer.document(Completed)
        self.orders[completed.order_id] = completed
        self.units += line.quantity
        return []

    async def _is_refused(self, line: Line) -> list[Violation]:
        cart = await self.shopper.fill_cart([line], currency=CURRENCY)
        answer = await self.shopper.complete(attempt_of(cart))
        if answer.status == CONFLICT:
            return []
        return [Violation("what is sold out is not sold", f"{line}: {answer.told}")]
