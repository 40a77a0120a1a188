"""Those who work with the marketplace until they are told to stop."""

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import count

from bench_plaza.keep_alive import Answer
from buying_plaza.caller import NeverAnswered
from buying_plaza.market import CURRENCY
from buying_plaza.shopper import ADDRESS, Cart, Completed, attempt_of

from crash_plaza.client import PATIENCE_S, Client, event_in
from crash_plaza.history import Mark, Read
from crash_plaza.shelf import (
    CART,
    HIDDEN,
    PLACED,
    PUBLISHED,
    STOCK,
    Good,
    PageShown,
    marks_of_listing,
    marks_of_page,
)

PAUSE_S = (0.0, 0.15)
IMPATIENT = 0.2
NERVOUS = 0.3
FIRST_PRICE_MINOR = 10_000
STOCK_DELTAS = (5, 8, 13)
REREAD_S = 0.2
WAITS = "wait=5"


class Stop:
    """Says when the time is up."""

    def __init__(self) -> None:
        self.is_told = False


class Vendor:
    """The only one who changes the goods of a shop, and so knows what they must be."""

    def __init__(self, client: Client, goods: Sequence[Good], chance: random.Random) -> None:
        self.client = client
        self._goods = goods
        self._chance = chance
        self._numbers = count(1)
        self._versions: dict[str, int] = {}
        self._hidden: set[str] = set()

    async def work(self, stop: Stop) -> None:
        acts = {self._reprice: 5, self._rename: 4, self._restock: 2, self._show_or_hide: 2}
        while not stop.is_told:
            good = self._chance.choice(self._goods)
            act = self._chance.choices(list(acts), list(acts.values()))[0]
            await act(good)
            look = self._chance.choice((self._look_inside, self._look_outside, self._look_by_token))
            await look(good)
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))

    async def _reprice(self, good: Good) -> None:
        amount_minor = FIRST_PRICE_MINOR + next(self._numbers)
        body = {"price": {"amount_minor": amount_minor, "currency": CURRENCY}}
        await self._change(good.offer_id, good.own_offer, body, good.price(amount_minor), good)

    async def _rename(self, good: Good) -> None:
        title = f"Good {next(self._numbers)} of {self.client.name}"
        await self._change(
            good.product_id, good.own_page, {"title": title}, good.title(title), good
        )

    async def _change(self, subject: str, path: str, body: object, mark: Mark, good: Good) -> None:
        version = self._versions.setdefault(subject, await self._version_of(subject, good))
        answer = await self.client.command(
            "PATCH",
            path,
            body,
            mark,
            is_impatient=self._chance.random() < IMPATIENT,
            If_Match=f'"{version}"',
        )
        self._learn(subject, answer)

    async def _restock(self, good: Good) -> None:
        reason = f"delivery {next(self._numbers)} to {self.client.name}"
        body = {"delta": self._chance.choice(STOCK_DELTAS), "reason": reason}
        mark = Mark(good.offer_id, STOCK, reason)
        is_nervous = self._chance.random() < NERVOUS
        path = f"{good.own_offer}/stock/adjust"
        await self.client.command("POST", path, body, mark, is_nervous=is_nervous)

    async def _show_or_hide(self, good: Good) -> None:
        product_id = good.product_id
        version = self._versions.setdefault(product_id, await self._version_of(product_id, good))
        is_hidden = product_id in self._hidden
        verb, becomes = ("publish", PUBLISHED) if is_hidden else ("unpublish", HIDDEN)
        answer = await self.client.command(
            "POST",
            f"{good.own_page}/{verb}",
            None,
            good.step(becomes, version + 1),
            If_Match=f'"{version}"',
        )
        if answer is not None and answer.succeeded:
            (self._hidden.discard if is_hidden else self._hidden.add)(product_id)
        self._learn(product_id, answer)

    def _learn(self, subject: str, answer: Answer | None) -> None:
        """The version that an answer tells; after any other it has to be looked up."""
        if answer is not None and answer.succeeded:
            self._versions[subject] = int(answer.headers["etag"].strip('"'))
        else:
            self._versions.pop(subject, None)

    async def _version_of(self, subject: str, good: Good) -> int:
        """As the read model has it, which may be behind a command without an answer."""
        if subject in self._versions:
            return self._versions[subject]
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            answer = await self.client.look(good.own_page)
            if answer is not None and answer.succeeded:
                page = answer.document(PageShown)
                offered = {offer.id: offer.version for offer in page.offers}
                return offered.get(subject, page.version)
            await asyncio.sleep(REREAD_S)
        raise NeverAnswered(f"{good.own_page} was not to be read for {PATIENCE_S:g} s")

    async def _look_inside(self, good: Good) -> None:
        await look_at(self.client, good, "vendor_products", good.own_page, covers=self.client.event)

    async def _look_outside(self, good: Good) -> None:
        await look_at(self.client, good, "product_page", good.page, covers=self.client.event)

    async def _look_by_token(self, good: Good) -> None:
        if self.client.token:
            await look_at(self.client, good, "product_page", good.page, token=self.client.token)


class Reader:
    """Nobody in particular, who looks at pages; some were handed a token."""

    def __init__(
        self,
        client: Client,
        goods: Sequence[Good],
        vendors: Sequence[Client],
        chance: random.Random,
        *,
        has_tokens: bool,
    ) -> None:
        self.client = client
        self._goods = goods
        self._vendors = vendors
        self._chance = chance
        self._has_tokens = has_tokens

    async def work(self, stop: Stop) -> None:
        while not stop.is_told:
            good = self._chance.choice(self._goods)
            token = self._chance.choice(self._vendors).token if self._has_tokens else ""
            if self._chance.random() < 0.5:  # noqa: PLR2004  now this, now that
                await look_at(self.client, good, "product_page", good.page, token=token)
            else:
                await self._look_at_shop(good, token)
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))

    async def _look_at_shop(self, good: Good, token: str) -> None:
        of_shop = [other for other in self._goods if other.shop is good.shop]
        asked_s = time.monotonic()
        answer = await self.client.look(good.listing, **_named(token))
        if answer is not None and answer.succeeded:
            marks = marks_of_listing(of_shop, answer)
            _note(self.client, "product_listing", marks, answer, asked_s, token=token)


class Shopper:
    """A guest who buys one thing after the other."""

    def __init__(self, client: Client, goods: Sequence[Good], chance: random.Random) -> None:
        self.client = client
        self._goods = goods
        self._chance = chance

    async def work(self, stop: Stop) -> None:
        while not stop.is_told:
            await self._buy(self._chance.choice(self._goods))
            await asyncio.sleep(self._chance.uniform(*PAUSE_S) * 3)

    async def _buy(self, good: Good) -> None:
        body = {
            "currency": CURRENCY,
            "lines": [{"offer_id": good.offer_id, "quantity": 1}],
            "address": ADDRESS,
        }
        filled = await self.client.ask_patiently("POST", "/v1/carts", body)
        if filled is None or not filled.succeeded:
            # What is hidden is not sold.
            return
        cart = filled.document(Cart)
        attempt, asked_s = attempt_of(cart), time.monotonic()
        answer = await self.client.ask_patiently(
            "POST",
            f"/v1/carts/{cart.id}/complete",
            attempt.body,
            Plaza_Cart_Secret=cart.secret or "",
        )
        is_placed = answer is not None and answer.succeeded and _is_placed(answer)
        # A payment that takes its time is found out about later: placed then or not.
        self.client.note(Mark(cart.id, CART, PLACED), answer, asked_s, is_done=is_placed)


def _is_placed(answer: Answer) -> bool:
    return answer.document(Completed).status == PLACED


async def look_at(
    client: Client,
    good: Good,
    view: str,
    path: str,
    *,
    token: str = "",
    covers: int | None = None,
) -> None:
    """Look at a page and note what it shows; it covers the token, or the event that is known."""
    asked_s = time.monotonic()
    answer = await client.look(path, **_named(token))
    if answer is not None:
        marks = marks_of_page(good, answer)
        _note(client, view, marks, answer, asked_s, token=token, covers=covers)


def _named(token: str) -> dict[str, str]:
    return {"Plaza_Consistency": token, "Prefer": WAITS} if token else {}


def _note(
    client: Client,
    view: str,
    marks: Sequence[Mark],
    answer: Answer,
    asked_s: float,
    *,
    token: str,
    covers: int | None = None,
) -> None:
    client.history.reads += [
        Read(
            client=client.name,
            view=view,
            mark=mark,
            asked_s=asked_s,
            answered_s=time.monotonic(),
            covers=event_in(token) if token else covers,
            is_implied=not token,
            covers_since_s=client.event_asked_s,
            is_stale="plaza-stale" in answer.headers,
        )
        for mark in marks
    ]
