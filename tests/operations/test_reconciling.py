"""Payments whose outcome nobody knows: found out under the same key, and never asked for twice."""

import asyncio
from collections.abc import AsyncIterator
from logging import NOTSET
from uuid import UUID

import pytest
import pytest_asyncio
from structlog import make_filtering_bound_logger, wrap_logger
from structlog.testing import LogCapture

from actors import Marketplace
from operations.payment_desk import LAPSE, Desk
from payment_webhooks import a_waiting_order, attempt_of, charges_of, status_of
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.payments.due_operations import open_payment_pool
from plaza.contexts.payments.due_payments import DuePayments
from plaza.contexts.payments.provider import AuthorizationRequest, Declined, Finding
from plaza.kernel.money import Money
from plaza.operations import reconciling
from plaza.operations.reconciling import Reconciling
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from sandbox_server import Sandbox
from shopping import order_of
from writing.watching import watching

EXPIRE = "UPDATE payments.payment SET expires_at = now() WHERE order_id = $1"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(marketplace: Marketplace, settings: Settings) -> AsyncIterator[Desk]:
    assert settings.database_url is not None
    pool = await open_payment_pool(settings.database_url)
    async with (
        open_command_runner(settings, CONSTRAINTS, "plaza payments of tests") as runner,
        watching(settings) as database,
    ):
        due, providers = DuePayments(pool), marketplace.app.state.providers
        yield Desk(marketplace, database, due, Reconciling(due, providers, runner))
    await pool.close()


# fault 57
async def test_a_charge_whose_answer_never_came_is_found_and_made_once(
    desk: Desk, sandbox: Sandbox
) -> None:
    cart = await desk.a_cart()
    with sandbox.behaving(hangs_s=3):
        answer = await cart.completes("tok_timeout_after_charge")
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert answer.json()["next_action"] == {"type": "wait", "url": None, "reference": None}
    order = order_of(cart.person, answer)

    assert await desk.look(UUID(order.id)) == 1

    assert await status_of(desk.database, order) == ("placed", "paid")
    (charge,) = await charges_of(desk.database, sandbox, UUID(order.id))
    assert charge["captured_minor"] == answer.json()["total"]["amount_minor"]
    assert await desk.look(UUID(order.id)) == 0
    again = await cart.completes("tok_approve")
    assert (again.status_code, again.json()["order_id"]) == (200, order.id)
    assert len(await charges_of(desk.database, sandbox, UUID(order.id))) == 1


# fault 57
async def test_who_dies_after_the_provider_has_charged_leaves_an_order_that_is_placed(
    desk: Desk, sandbox: Sandbox
) -> None:
    cart = await desk.a_cart()
    with desk.dying(before=False):
        assert (await cart.completes()).status_code == 500
    order_id, _ = await desk.order_of(cart)
    assert (await cart.completes()).json()["code"] == "completion_in_progress"

    await desk.look(order_id)

    again = await cart.completes()
    assert (again.status_code, again.json()["status"]) == (200, "placed")
    assert len(await charges_of(desk.database, sandbox, order_id)) == 1


# fault 57
async def test_who_dies_before_the_provider_was_asked_leaves_a_cart_that_is_usable_again(
    desk: Desk,
) -> None:
    cart = await desk.a_cart()
    with desk.dying(before=True):
        assert (await cart.completes()).status_code == 500
    order_id, number = await desk.order_of(cart)
    row = await desk.database.fetchrow(
        "SELECT operation_id, amount_minor FROM payments.payment WHERE order_id = $1", order_id
    )

    assert row is not None

    await desk.look(order_id)

    assert (await cart.shown())["status"] == "open"
    late = AuthorizationRequest(
        operation_id=row[0],
        amount=Money(row[1], "GBP"),
        token="tok_approve",
        captures=True,
        order_number=number,
    )
    assert isinstance(await desk.provider.authorize(late), Declined)
    order = await cart.buys()
    assert await status_of(desk.database, order) == ("placed", "paid")
    assert UUID(order.id) != order_id


async def test_an_order_waits_for_its_shopper_until_its_time_is_over(
    desk: Desk, sandbox: Sandbox
) -> None:
    order = await a_waiting_order(desk.marketplace)
    url = order.redirect_url
    for _ in range(3):
        assert await desk.look(order.id) == 1
        assert await status_of(desk.database, order) == ("pending", "pending")

    await desk.database.execute(EXPIRE, order.id)
    await desk.look(order.id)

    assert await status_of(desk.database, order) == ("failed", "failed")
    assert "waits for this no more" in sandbox.answer(url, "approve")
    assert await desk.look(order.id) == 0


async def test_a_bank_transfer_is_looked_after_once_its_time_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture, every_level = LogCapture(), make_filtering_bound_logger(NOTSET)
    heard = wrap_logger(None, processors=[capture], wrapper_class=every_level)
    monkeypatch.setattr(reconciling, "log", heard)
    cart = await desk.a_cart()
    order = order_of(cart.person, await cart.completes(payment={"provider": "manual"}))
    waits = "SELECT next_check_at = expires_at FROM payments.payment WHERE order_id = $1"
    assert await desk.database.fetchval(waits, UUID(order.id))

    assert await desk.look(UUID(order.id)) == 1
    assert await desk.database.fetchval(waits, UUID(order.id))

    await desk.database.execute(EXPIRE, UUID(order.id))
    assert await desk.look(UUID(order.id)) == 1
    assert await status_of(desk.database, order) == ("failed", "failed")
    levels = [line["log_level"] for line in capture.entries if line["order_id"] == order.id]
    assert levels == ["debug", "info"]


async def test_a_shopper_who_came_back_from_the_bank_without_anybody_being_told_has_bought(
    desk: Desk, sandbox: Sandbox
) -> None:
    order = await a_waiting_order(desk.marketplace)
    sandbox.answer(order.redirect_url, "approve")

    await desk.look(order.id)

    assert await status_of(desk.database, order) == ("placed", "paid")


async def test_what_was_canceled_is_closed_at_the_provider(desk: Desk, sandbox: Sandbox) -> None:
    order = await a_waiting_order(desk.marketplace)
    assert (await order.order.is_canceled()).status_code == 200

    assert await desk.look(order.id) == 1

    assert await status_of(desk.database, order) == ("canceled", "failed")
    assert "waits for this no more" in sandbox.answer(order.redirect_url, "approve")
    assert await desk.look(order.id) == 0


async def test_what_was_canceled_too_late_is_given_back(desk: Desk, sandbox: Sandbox) -> None:
    order = await a_waiting_order(desk.marketplace)
    sandbox.answer(order.redirect_url, "approve")
    assert (await order.order.is_canceled()).status_code == 200

    await desk.look(order.id)

    assert await status_of(desk.database, order) == ("canceled", "paid")
    (asked,) = await desk.database.fetch(
        "SELECT kind, status FROM payments.operation WHERE order_id = $1 AND kind <> $2",
        order.id,
        "authorization",
    )
    assert tuple(asked) == ("refund", "requested")


async def test_an_attempt_that_another_has_taken_the_place_of_is_closed(
    desk: Desk,
) -> None:
    order = await a_waiting_order(desk.marketplace)
    first = await attempt_of(desk.database, order)
    again = await order.is_paid_again()
    assert (again.status_code, again.json()["status"]) == (200, "placed")

    assert await desk.look(order.id) == 1

    status = await desk.database.fetchval(
        "SELECT status FROM payments.operation WHERE id = $1", first
    )
    assert status == "failed"
    assert await status_of(desk.database, order) == ("placed", "paid")
    assert await desk.look(order.id) == 0


async def test_an_attempt_that_cannot_be_looked_at_holds_back_no_later_one(
    desk: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = await a_waiting_order(desk.marketplace)
    order, first = waiting.order, await attempt_of(desk.database, waiting)
    another = {"token": "tok_action_required"}
    again = await order.person.post(f"{order.path}/payment", another, headers=order.headers)
    assert again.status_code == 202, again.text
    sandbox.answer(again.json()["next_action"]["url"], "approve")
    find = desk.provider.find

    async def failing(operation_id: UUID, *, closes: bool) -> Finding:
        if operation_id == first:
            raise ZeroDivisionError
        return await find(operation_id, closes=closes)

    monkeypatch.setattr(desk.provider, "find", failing)

    assert await desk.look(waiting.id) == 1

    assert await status_of(desk.database, waiting) == ("placed", "paid")


async def test_two_who_look_at_once_look_after_each_payment_once(desk: Desk) -> None:
    order = await a_waiting_order(desk.marketplace)
    await desk.database.execute(LAPSE, order.id)

    claims = await asyncio.gather(*(desk.due.claim(1000) for _ in range(2)))

    mine = [payment for claim in claims for payment in claim if payment.order_id == order.id]
    assert len(mine) == 1
    refused = await order.is_paid_again()
    assert refused.json()["code"] == "completion_in_progress"
