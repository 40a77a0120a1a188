"""One of many who want the same few things."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence

import msgspec
from bench_plaza.keep_alive import Answer, UnexpectedAnswer
from buying_plaza.caller import NeverAnswered
from buying_plaza.market import CURRENCY
from buying_plaza.shopper import (
    APPROVED,
    ASK_AGAIN_S,
    CONFLICT,
    Cart,
    Completed,
    Line,
    Shopper,
    ShortLine,
    attempt_of,
    refusal_in,
)

PATIENCE_S = 120.0
"""Longer than plaza takes to finish what a process that was killed has left behind."""
TOKENS = {
    APPROVED: 84,
    "tok_decline": 8,
    "tok_slow": 4,
    "tok_timeout_after_charge": 4,
}
TRIES_AGAIN = 0.5
"""How likely somebody whose card was declined takes another."""
QUANTITIES = (1, 1, 1, 2, 3)
OK, CREATED, ACCEPTED, UNPROCESSABLE = 200, 201, 202, 422


class SoldOut(msgspec.Struct, frozen=True):
    """An answer that said so, and the time within which it was decided."""

    offer_id: str
    requested: int
    available: int
    sent_at: float
    answered_at: float


class Plan(msgspec.Struct, frozen=True):
    """What a buyer sets out to do; follows from the seed."""

    arrives_s: float
    lines: list[Line]
    token: str
    tries_again: bool


class Story(msgspec.Struct):
    """What became of it."""

    orders: dict[str, Completed] = {}
    """Acknowledged ones that were placed, by id."""
    failed: list[str] = []
    """Ids of orders that were pending and came to nothing."""
    sold_out: list[SoldOut] = []
    declined: int = 0
    surprises: list[str] = []
    """Answers that nobody should get, such as a 500."""
    repeats: int = 0


def plans(chance: random.Random, buyers: int, offers: Sequence[str], spread_s: float) -> list[Plan]:
    """Each wants one to three of the offers."""
    return [_plan(chance, offers, spread_s) for _ in range(buyers)]


def without_short(lines: Sequence[Line], short: Sequence[ShortLine]) -> list[Line]:
    """What is left to want: of what is short, as many as there were said to be."""
    left: Mapping[str, int] = {line.offer_id: line.available for line in short}
    taken = (
        Line(line.offer_id, min(line.quantity, left.get(line.offer_id, line.quantity)))
        for line in lines
    )
    return [line for line in taken if line.quantity > 0]


class Buyer:
    def __init__(self, shopper: Shopper, plan: Plan) -> None:
        self.shopper = shopper
        self.story = Story()
        self._plan = plan

    async def shop(self) -> None:
        """Buy what can be had, and note every answer that matters."""
        await asyncio.sleep(self._plan.arrives_s)
        try:
            await self._try_to_buy(self._plan.lines, self._plan.token)
        except (NeverAnswered, UnexpectedAnswer) as surprise:
            self.story.surprises.append(str(surprise))
        self.story.repeats = self.shopper.caller.repeats
        # A shopper who is done does not keep a connection.
        await self.shopper.caller.hang_up()

    async def _try_to_buy(self, lines: list[Line], token: str) -> None:
        while lines:
            cart = await self.shopper.fill_cart(lines, currency=CURRENCY, patience_s=PATIENCE_S)
            short = await self._complete(cart, token)
            lines = without_short(lines, short)
            if not short:
                return

    async def _complete(self, cart: Cart, token: str) -> list[ShortLine]:
        """Complete it; what was short, if that was the answer."""
        attempt, sent_at = attempt_of(cart, token), time.time()
        answer = await self.shopper.complete_patiently(attempt, patience_s=PATIENCE_S)
        if answer.status in {OK, CREATED, ACCEPTED}:
            await self._follow(answer)
            return []
        refusal = refusal_in(answer)
        if answer.status == CONFLICT and refusal.code == "insufficient_stock":
            self._note_sold_out(refusal.lines, sent_at)
            return refusal.lines
        if answer.status == UNPROCESSABLE and refusal.code == "payment_failed":
            self.story.declined += 1
            # The cart is usable again.
            again = self._plan.tries_again and token != APPROVED
            return await self._complete(cart, APPROVED) if again else []
        raise UnexpectedAnswer(answer.told)

    async def _follow(self, completion: Answer) -> None:
        """Look at the order until its payment has an outcome."""
        completed = completion.document(Completed)
        token = completion.headers.get("plaza-consistency")
        covered = {} if token is None else {"Plaza_Consistency": token}
        deadline_s = time.monotonic() + PATIENCE_S
        status = completed.status
        while status == "pending" and time.monotonic() < deadline_s:
            await asyncio.sleep(ASK_AGAIN_S)
            answer = await self.shopper.look_at(completed, patience_s=PATIENCE_S, **covered)
            status = answer.document(Status).status
        if status == "placed":
            self.story.orders[completed.order_id] = completed
        elif status == "pending":
            self.story.surprises.append(f"Order {completed.number} is pending for ever.")
        else:
            self.story.failed.append(completed.order_id)

    def _note_sold_out(self, short: Sequence[ShortLine], sent_at: float) -> None:
        answered_at = time.time()
        self.story.sold_out += [
            SoldOut(line.offer_id, line.requested, line.available, sent_at, answered_at)
            for line in short
        ]


class Status(msgspec.Struct, frozen=True):
    status: str


def _plan(chance: random.Random, offers: Sequence[str], spread_s: float) -> Plan:
    wanted = chance.sample(list(offers), k=min(chance.randint(1, 3), len(offers)))
    return Plan(
        arrives_s=chance.uniform(0, spread_s),
        lines=[Line(offer_id, chance.choice(QUANTITIES)) for offer_id in wanted],
        token=chance.choices(list(TOKENS), weights=list(TOKENS.values()))[0],
        tries_again=chance.random() < TRIES_AGAIN,
    )
