"""What is heard of a payment late, twice, at once, or after nobody waited: one effect, no loss."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from actors import Marketplace
from looking_after import LookingAfter, looking_after
from payment_webhooks import (
    WaitingOrder,
    a_message,
    a_waiting_order,
    attempt_of,
    charges_of,
    status_of,
)
from plaza.contexts.payments.provider import Approved, Declined, Finding, NeverHeardOf
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.writing.answer import answer_with
from plaza.writing.runner import Context
from sandbox_server import Sandbox
from shopping import Cart, a_cart, an_offer, order_of
from vendor_parts import hold_together
from writing.watching import until

APPROVED = Approved(reference="ch_late", is_captured=True)
LATE: dict[str, list[Finding]] = {
    "approved": [APPROVED],
    "told twice": [APPROVED, APPROVED],
    "declined afterwards": [APPROVED, Declined(code="no"), NeverHeardOf()],
    "declined before": [Declined(code="no"), APPROVED, Declined(code="no"), APPROVED],
}
RETURNS = """
    SELECT coalesce(sum(amount_minor), 0)::int FROM payments.operation
    WHERE order_id = $1 AND kind IN ('refund', 'void')
"""
RESERVED = """
    SELECT count(*) FROM inventory.reservation
    WHERE order_id = $1 AND status IN ('held', 'committed')
"""
PLACED = """
    SELECT count(*) FROM outbox.event
    WHERE aggregate_id = $1 AND type = 'ordering.order_placed.v1'
"""
ORDER_OF_CART = "SELECT id FROM ordering.order_group WHERE cart_id = $1"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(marketplace: Marketplace) -> AsyncIterator[LookingAfter]:
    async with looking_after(marketplace) as opened:
        yield opened


async def tell(desk: LookingAfter, attempt: UUID, outcome: Finding) -> None:
    """As whoever has asked the provider does it."""
    context = Context(actor=SYSTEM, surface=MARKET, correlation_id=uuid4())
    command = SettlePayment(operation_id=attempt, outcome=outcome)
    await desk.runner.run(settle_payment, command, context, lambda _: answer_with(200, None))


async def ends(desk: LookingAfter, order: WaitingOrder, how: str) -> str:
    """Bring the order to nothing.

    Returns:
        Its status.
    """
    match how:
        case "canceled by its shopper":
            assert (await order.order.is_canceled()).status_code == 200
            return "canceled"
        case "declined":
            await tell(desk, await attempt_of(desk.database, order), Declined(code="no"))
        case _:
            await desk.look(order.id, is_over=True)
    return "failed"


@pytest.mark.parametrize("how", ["canceled by its shopper", "declined", "given up by the worker"])
@pytest.mark.parametrize("heard", LATE)
async def test_an_approval_that_comes_too_late_is_given_back_once(
    marketplace: Marketplace, desk: LookingAfter, how: str, heard: str
) -> None:
    order = await a_waiting_order(marketplace)
    attempt = await attempt_of(desk.database, order)
    status = await ends(desk, order, how)

    for outcome in LATE[heard]:
        await tell(desk, attempt, outcome)

    assert await status_of(desk.database, order) == (status, "paid")
    assert await desk.database.fetchval(RETURNS, order.id) == 1000
    assert await desk.database.fetchval(RESERVED, order.id) == 0
    assert await desk.database.fetchval(PLACED, order.id) == 0
    await hold_together(desk.database, order.id)


# fault 58
async def test_browser_webhook_and_worker_at_once_have_one_effect(
    marketplace: Marketplace, desk: LookingAfter, sandbox: Sandbox
) -> None:
    for _ in range(3):
        order = await a_waiting_order(marketplace)
        attempt = await attempt_of(desk.database, order)
        sandbox.answer(order.redirect_url, "approve")
        message = a_message(marketplace, "authorization.approved", attempt)

        continued, told, *_ = await asyncio.gather(
            order.is_paid_again(),
            message.comes(marketplace),
            tell(desk, attempt, APPROVED),
            tell(desk, attempt, APPROVED),
        )

        assert continued.status_code in {200, 409}, continued.text
        assert told.status_code == 200
        assert await status_of(desk.database, order) == ("placed", "paid")
        assert await desk.database.fetchval(PLACED, order.id) == 1
        assert await desk.database.fetchval(RETURNS, order.id) == 0
        await hold_together(desk.database, order.id)


async def a_filled_cart(marketplace: Marketplace) -> Cart:
    return await a_cart(marketplace, {await an_offer(await marketplace.a_vendor(), stock=1): 1})


async def order_id_of(desk: LookingAfter, cart: Cart) -> UUID:
    order_id: UUID = await desk.database.fetchval(ORDER_OF_CART, UUID(cart.id))
    return order_id


# faults 23 and 57
async def test_who_cannot_settle_what_was_approved_is_followed_by_the_worker(
    marketplace: Marketplace, desk: LookingAfter, sandbox: Sandbox
) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())
    with sandbox.behaving(slow_s=1):
        completing = asyncio.create_task(cart.completes("tok_slow", key=key))
        await until(lambda: order_id_of(desk, cart))
        order_id = await order_id_of(desk, cart)
        async with desk.database.transaction():
            # Longer than a transaction waits for a row.
            await desk.database.execute(
                "SELECT id FROM ordering.order_group WHERE id = $1 FOR UPDATE", order_id
            )
            unsettled = await completing
    early = await cart.completes("tok_slow", key=key)

    await desk.look(order_id)
    done = await cart.completes("tok_slow", key=key)
    again = await cart.completes("tok_slow", key=key)

    assert (unsettled.status_code, unsettled.json()["code"]) == (503, "busy")
    assert (early.status_code, early.json()["code"]) == (409, "completion_in_progress")
    assert (done.status_code, done.json()["status"]) == (200, "placed")
    assert done.json()["order_id"] == str(order_id)
    assert again.content == done.content
    (charge,) = sandbox.charges_of(done.json()["number"])
    assert charge["status"] == "approved"


@pytest.mark.parametrize(
    ("outcome", "status", "told"),
    [(APPROVED, 200, {"status": "placed"}), (Declined(code="no"), 422, {"code": "payment_failed"})],
)
async def test_a_completion_that_was_cut_off_is_answered_once_somebody_else_has_settled_it(
    marketplace: Marketplace,
    desk: LookingAfter,
    outcome: Finding,
    status: int,
    told: dict[str, Any],
) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())
    await is_cut_off(marketplace, cart, key)
    order_id = await order_id_of(desk, cart)
    attempt: UUID = await desk.database.fetchval(
        "SELECT operation_id FROM payments.payment WHERE order_id = $1", order_id
    )
    assert (await cart.completes(key=key)).status_code == 409

    await tell(desk, attempt, outcome)
    done, again = [await cart.completes(key=key) for _ in range(2)]

    assert done.status_code == status, done.text
    assert told.items() <= done.json().items()
    assert again.content == done.content
    assert again.headers["idempotency-replayed"] == "true"


async def is_cut_off(marketplace: Marketplace, cart: Cart, key: str) -> None:
    """Its completion ends as the provider is to be asked."""

    async def ending(_: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(marketplace.app.state.providers["sandbox"], "authorize", ending)
        assert (await cart.completes(key=key)).status_code == 500


async def test_a_repeat_that_names_another_provider_is_refused_and_shows_it_no_token(
    marketplace: Marketplace, desk: LookingAfter, sandbox: Sandbox
) -> None:
    cart = await a_filled_cart(marketplace)
    await is_cut_off(marketplace, cart, str(uuid4()))
    order_id = await order_id_of(desk, cart)
    await desk.database.execute(
        "UPDATE payments.payment SET claimed_until = NULL WHERE order_id = $1", order_id
    )

    other, key = {"provider": "manual", "token": "tok_approve"}, str(uuid4())
    refused, again = [await cart.completes(key=key, payment=other) for _ in range(2)]
    charges = await charges_of(desk.database, sandbox, order_id)
    # Nobody is asking any more: whoever names the right one goes on at once.
    done = await cart.completes()

    assert (refused.status_code, refused.json()["code"]) == (409, "payment_provider_mismatch")
    assert refused.json()["provider"] == "sandbox"
    assert (again.status_code, again.json()["code"]) == (409, "payment_provider_mismatch")
    assert charges == []
    assert (done.json()["order_id"], done.json()["status"]) == (str(order_id), "placed")


async def test_a_repeat_of_what_had_to_wait_gets_what_was_said_then(
    marketplace: Marketplace, desk: LookingAfter
) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())
    first = await cart.completes("tok_action_required", key=key)
    order = order_of(cart.person, first)
    attempt = await attempt_of(desk.database, order)
    await a_message(marketplace, "authorization.approved", attempt).comes(marketplace)

    repeat = await cart.completes("tok_action_required", key=key)
    anew = await cart.completes("tok_action_required")

    assert (first.status_code, repeat.status_code) == (202, 202)
    assert repeat.content == first.content
    assert (anew.status_code, anew.json()["status"]) == (200, "placed")


async def test_somebody_elses_turn_is_not_kept_as_the_answer(
    marketplace: Marketplace, desk: LookingAfter
) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())
    await desk.database.execute(
        "UPDATE ordering.cart SET status = 'completing' WHERE id = $1", UUID(cart.id)
    )
    early = await cart.completes(key=key)
    await desk.database.execute(
        "UPDATE ordering.cart SET status = 'open' WHERE id = $1", UUID(cart.id)
    )

    done = await cart.completes(key=key)

    assert (early.status_code, early.json()["code"]) == (409, "completion_in_progress")
    assert done.status_code == 201, done.text


async def test_an_order_whose_payment_is_just_asked_for_is_canceled_under_the_same_key_later(
    marketplace: Marketplace, desk: LookingAfter
) -> None:
    order = await a_waiting_order(marketplace)
    await desk.database.execute(
        "UPDATE payments.payment SET claimed_until = now() + interval '1 h' WHERE order_id = $1",
        order.id,
    )
    key = str(uuid4())

    async def canceled() -> httpx.Response:
        headers = order.order.headers | {"idempotency-key": key}
        return await order.order.person.post(f"{order.order.path}/cancel", {}, headers=headers)

    early = await canceled()
    await desk.database.execute(
        "UPDATE payments.payment SET claimed_until = NULL WHERE order_id = $1", order.id
    )
    done = await canceled()

    assert (early.status_code, early.json()["code"]) == (409, "completion_in_progress")
    assert (done.status_code, done.json()["status"]) == (200, "canceled")
