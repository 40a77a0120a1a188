"""Payments that are decided elsewhere: a real API, and a real sandbox that tells it by webhook."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, Person
from sandbox_server import Sandbox, running_sandbox, sandbox_settings
from shopping import Order, a_cart, an_offer, order_of
from web.api_process import api_process

PATIENCE_S = 2.0


class Town(NamedTuple):
    """A marketplace and a bank that know of each other."""

    marketplace: Marketplace
    shopper: Person
    bank: Sandbox

    async def buys(self, token: str, status: int) -> Order:
        """An order, answered by 202 while it waits for its payment."""
        offer = await an_offer(await self.marketplace.a_vendor())
        cart = await a_cart(self.marketplace, {offer: 1}, self.shopper)
        answer = await cart.completes(token)
        assert answer.status_code == status, answer.text
        return order_of(self.shopper, answer)

    async def until(self, order: Order, status: str, payment_status: str) -> None:
        """Wait until the order shows what became of it."""

        async def shows() -> bool:
            shown = await order.shown()
            return (shown["status"], shown["payment_status"]) == (status, payment_status)

        await self.marketplace.until(shows)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(
    marketplace: Marketplace, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    bank = sandbox_settings(tmp_path_factory.mktemp("bank"), sandbox_webhooks=True)
    served = msgspec.structs.replace(
        marketplace.settings, sandbox_url=bank.sandbox_url, payment_timeout_s=PATIENCE_S
    )
    async with api_process(served) as api:
        with running_sandbox(msgspec.structs.replace(bank, port=api.port)) as running:
            yield Town(marketplace, Person(api.client), running)


# fault 58
@pytest.mark.parametrize("copies", [1, 20])
async def test_an_order_is_placed_once_the_shopper_has_approved(town: Town, copies: int) -> None:
    order = await town.buys("tok_action_required", 202)
    url = order.answer.json()["next_action"]["url"]
    with town.bank.behaving(webhook_copies=copies):
        await asyncio.to_thread(town.bank.answer, url, "approve")
        await town.until(order, "placed", "paid")
    (charge,) = town.bank.charges_of(order.answer.json()["number"])
    assert charge["captured_minor"] == order.answer.json()["total"]["amount_minor"]


# fault 57
async def test_a_charge_that_nobody_was_told_of_is_told_late(town: Town) -> None:
    with town.bank.behaving(webhook_delay_s=PATIENCE_S + 0.5):
        order = await town.buys("tok_timeout_after_charge", 202)
        await town.until(order, "placed", "paid")
    assert len(town.bank.charges_of(order.answer.json()["number"])) == 1


# fault 58
async def test_a_message_may_come_before_the_answer_and_the_answer_knows_it(town: Town) -> None:
    order = await town.buys("tok_timeout_after_charge", 201)
    assert order.answer.json()["payment_status"] == "paid"
    assert len(town.bank.charges_of(order.answer.json()["number"])) == 1
