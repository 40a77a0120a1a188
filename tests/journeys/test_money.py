"""What operators do with payments, and what the worker then moves at the provider, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio

from actors import Marketplace, Person, open_marketplace
from payment_webhooks import charges_of
from plaza.entrypoints.moving_money import moving_money
from plaza.settings import Settings
from sandbox_server import Sandbox
from shopping import Order, a_cart, an_offer, order_of
from writing.watching import watching

PAYMENTS = "/v1/operations/payments"


@pytest_asyncio.fixture(loop_scope="session")
async def careful(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace whose operators take what was put aside, with its worker at work."""
    settings = msgspec.structs.replace(fresh_settings, payment_capture="by_operator")
    async with open_marketplace(settings) as opened, moving_money(settings):
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def working(fresh_marketplace: Marketplace) -> AsyncIterator[Marketplace]:
    """A marketplace with its worker at work."""
    async with moving_money(fresh_marketplace.settings):
        yield fresh_marketplace


async def payment_of(operator: Person, order: Order) -> dict[str, Any]:
    """As operators see it."""
    listed = await operator.get(PAYMENTS, headers={"plaza-consistency": order.consistency})
    (payment,) = [one for one in listed.json()["items"] if one["order_id"] == order.id]
    found: dict[str, Any] = payment
    return found


async def until_status(
    marketplace: Marketplace, operator: Person, order: Order, status: str
) -> dict[str, Any]:
    """Wait until the worker has done what was asked for."""

    async def is_there() -> bool:
        return bool((await payment_of(operator, order))["status"] == status)

    await marketplace.until(is_there)
    return await payment_of(operator, order)


async def charge_of(marketplace: Marketplace, sandbox: Sandbox, order: Order) -> dict[str, Any]:
    """The only one of the order at the provider."""
    async with watching(marketplace.settings) as database:
        (charge,) = await charges_of(database, sandbox, UUID(order.id))
    return charge


async def bought(marketplace: Marketplace, vendors: int = 1) -> Order:
    offers = [await an_offer(await marketplace.a_vendor()) for _ in range(vendors)]
    cart = await a_cart(marketplace, dict.fromkeys(offers, 1))
    return await cart.buys()


async def test_an_operator_takes_what_was_put_aside(careful: Marketplace, sandbox: Sandbox) -> None:
    operator, order = await careful.operator(), await bought(careful, 2)
    payment = await payment_of(operator, order)
    assert (payment["status"], payment["captured"]["amount_minor"]) == ("authorized", 0)

    captured = await operator.post(f"{PAYMENTS}/{payment['id']}/capture")
    again = await operator.post(f"{PAYMENTS}/{payment['id']}/capture")

    assert (captured.status_code, captured.json()["id"]) == (200, payment["id"])
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    paid = await until_status(careful, operator, order, "paid")
    assert paid["captured"] == paid["amount"]
    assert [share["status"] for share in paid["shares"]] == ["paid", "paid"]
    charge = await charge_of(careful, sandbox, order)
    assert charge["captured_minor"] == paid["amount"]["amount_minor"]


async def test_an_operator_lets_go_of_what_was_put_aside(
    careful: Marketplace, sandbox: Sandbox
) -> None:
    operator, order = await careful.operator(), await bought(careful)
    payment = await payment_of(operator, order)

    voided = await operator.post(f"{PAYMENTS}/{payment['id']}/void")
    again = await operator.post(f"{PAYMENTS}/{payment['id']}/void")

    assert (voided.status_code, again.status_code) == (200, 409)
    gone = await until_status(careful, operator, order, "voided")
    charge = await charge_of(careful, sandbox, order)
    assert charge["voided_minor"] == gone["amount"]["amount_minor"]


async def test_a_vendors_canceled_part_is_voided_while_it_is_only_put_aside(
    careful: Marketplace, sandbox: Sandbox
) -> None:
    operator, order = await careful.operator(), await bought(careful)

    assert (await order.is_canceled()).status_code == 200

    await until_status(careful, operator, order, "voided")
    charge = await charge_of(careful, sandbox, order)
    assert (charge["voided_minor"], charge["refunded_minor"]) == (1000, 0)


async def test_what_was_paid_for_a_canceled_order_goes_back(
    working: Marketplace, sandbox: Sandbox
) -> None:
    operator, order = await working.operator(), await bought(working, 2)

    assert (await order.is_canceled()).status_code == 200

    gone = await until_status(working, operator, order, "refunded")
    assert gone["refunded"] == gone["amount"]
    charge = await charge_of(working, sandbox, order)
    assert charge["refunded_minor"] == gone["amount"]["amount_minor"]


# fault 57
async def test_the_worker_finds_out_what_became_of_a_charge_without_an_answer(
    working: Marketplace, sandbox: Sandbox
) -> None:
    operator, offer = await working.operator(), await an_offer(await working.a_vendor())
    cart = await a_cart(working, {offer: 1})
    with sandbox.behaving(hangs_s=3):
        answer = await cart.completes("tok_timeout_after_charge")
    assert answer.status_code == 202

    order = order_of(cart.person, answer)
    paid = await until_status(working, operator, order, "paid")

    assert (await order.shown())["status"] == "placed"
    charge = await charge_of(working, sandbox, order)
    assert charge["captured_minor"] == paid["amount"]["amount_minor"]


async def test_a_bank_transfer_that_has_come_places_the_order(working: Marketplace) -> None:
    operator, offer = await working.operator(), await an_offer(await working.a_vendor())
    cart = await a_cart(working, {offer: 1})
    answer = await cart.completes(payment={"provider": "manual"})
    assert answer.json()["next_action"]["type"] == "bank_transfer"
    order = order_of(cart.person, answer)
    payment = await payment_of(operator, order)
    assert (payment["status"], payment["action_required"]) == ("pending", True)

    voided = await operator.post(f"{PAYMENTS}/{payment['id']}/void")
    captured = await operator.post(f"{PAYMENTS}/{payment['id']}/capture")
    again = await operator.post(f"{PAYMENTS}/{payment['id']}/capture")

    assert (voided.status_code, again.status_code) == (409, 409)
    # It is not there yet to be let go of; what can be done with it is told.
    assert (voided.json()["from"], voided.json()["allowed"]) == ("pending", ["captured"])
    assert "Have the order canceled instead" in voided.json()["detail"]
    assert (again.json()["from"], again.json()["allowed"]) == ("paid", [])
    assert (captured.status_code, captured.json()["status"]) == (200, "paid")
    page = await order.shown(captured.headers["plaza-consistency"])
    assert (page["status"], page["payment_status"]) == ("placed", "paid")


async def test_what_a_card_has_not_paid_cannot_be_captured(marketplace: Marketplace) -> None:
    operator, offer = await marketplace.operator(), await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1})
    order = order_of(cart.person, await cart.completes("tok_action_required"))
    payment = await payment_of(operator, order)

    captured = await operator.post(f"{PAYMENTS}/{payment['id']}/capture")

    assert (captured.status_code, captured.json()["code"]) == (409, "illegal_transition")


async def test_only_operators_move_money(marketplace: Marketplace) -> None:
    operator, order = await marketplace.operator(), await bought(marketplace)
    payment = await payment_of(operator, order)
    vendor = await marketplace.a_vendor()

    for step in ("capture", "void"):
        path = f"{PAYMENTS}/{payment['id']}/{step}"
        assert (await marketplace.anybody.post(path)).status_code == 401
        assert (await vendor.post(path)).status_code == 403
