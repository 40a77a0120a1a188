"""What is captured, voided and refunded of a payment, share by share."""

from uuid import uuid4

import asyncpg
import pytest

from contexts.payments.paying import APPROVED, PUT_ASIDE, Paying
from plaza.contexts.payments.commands.charge_payment import ChargePayment, charge_payment
from plaza.contexts.payments.commands.return_share import RefundExceedsPaid
from plaza.contexts.payments.commands.void_payment import VoidPayment, void_payment
from plaza.contexts.payments.provider import (
    Movement,
    MovementMade,
    MovementRefused,
    OutcomeNotKnown,
)
from plaza.kernel.actor import Surface
from plaza.kernel.refusals import IllegalTransition, NotThere
from plaza.writing.runner import CommandRunner

REFUSED = MovementRefused(code="account_closed")


async def charge(paying: Paying) -> None:
    await paying.run(charge_payment, ChargePayment(payment_id=paying.id))


async def void(paying: Paying) -> None:
    await paying.run(void_payment, VoidPayment(payment_id=paying.id))


async def asked(paying: Paying) -> list[tuple[str, int]]:
    """What the provider is to be asked for."""
    waiting = [row for row in await paying.operations() if row["status"] == "requested"]
    return sorted((row["kind"], row["amount_minor"]) for row in waiting)


async def all_return(paying: Paying) -> None:
    """The provider does all that it is asked for."""
    for row in await paying.operations():
        if row["status"] == "requested":
            await paying.move(row["id"], MovementMade())


async def test_a_part_of_what_was_paid_goes_back_and_its_siblings_know_nothing_of_it(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 700, 300)
    await paying.tell(APPROVED)

    await paying.give_back(paying.parts[0], 200)

    mine, sibling = await paying.shares()
    assert (mine["returning_minor"], mine["refunded_minor"]) == (200, 0)
    assert (sibling["returning_minor"], sibling["version"]) == (0, 2)
    (refund,) = await paying.operations()
    for _ in range(3):
        await paying.move(refund["id"], MovementMade(reference="re_1"))
    mine, sibling = await paying.shares()
    assert (mine["returning_minor"], mine["refunded_minor"]) == (0, 200)
    assert (await paying.stored())["status"] == "partially_refunded"
    assert len(await paying.facts("payment_refunded")) == 1
    last = (await paying.facts("share_changed"))[-1]
    assert (last["status"], last["refunded_minor"]) == ("partially_refunded", 200)
    await paying.check()


async def test_no_more_goes_back_than_was_paid_and_is_not_on_its_way_back(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 500)
    await paying.give_back(paying.parts[0], 500)
    assert await paying.operations() == []
    await paying.tell(APPROVED)
    await paying.give_back(paying.parts[0], 400)

    with pytest.raises(RefundExceedsPaid) as refusal:
        await paying.give_back(paying.parts[0], 101)

    assert refusal.value.members == {"max": 100}
    await paying.give_back(paying.parts[0], 100)
    assert await asked(paying) == [("refund", 100), ("refund", 400)]


async def test_a_vendor_gives_back_of_its_own_part_and_sees_no_other(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 500, 500)
    await paying.tell(APPROVED)
    own = Surface(vendor_id=paying.opening.shares[0].vendor_id)

    await paying.give_back(paying.parts[0], 500, surface=own)

    assert await asked(paying) == [("refund", 500)]
    for foreign in (paying.parts[1], uuid4()):
        with pytest.raises(NotThere):
            await paying.give_back(foreign, 1, surface=own)


async def test_what_is_only_put_aside_is_taken_share_by_share(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(PUT_ASIDE)
    assert (await paying.stored())["status"] == "authorized"

    await charge(paying)

    assert await asked(paying) == [("charge", 400), ("charge", 600)]
    with pytest.raises(IllegalTransition):
        await charge(paying)
    await all_return(paying)
    # The provider counts it to the authorization too, and says so once more.
    await paying.tell(APPROVED)
    payment = await paying.stored()
    assert (payment["status"], payment["captured_minor"]) == ("paid", 1000)
    await paying.check()


async def test_what_is_only_put_aside_is_voided_before_anything_is_refunded(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(PUT_ASIDE)
    await paying.give_back(paying.parts[0], 100)
    assert await asked(paying) == [("void", 100)]

    await charge(paying)
    assert await asked(paying) == [("charge", 400), ("charge", 500), ("void", 100)]
    await paying.give_back(paying.parts[0], 50)
    assert ("refund", 50) in await asked(paying)
    await all_return(paying)

    payment = await paying.stored()
    amounts = [payment[f"{name}_minor"] for name in ("captured", "voided", "refunded")]
    assert (amounts, payment["status"]) == ([900, 100, 50], "partially_refunded")
    await paying.check()


async def test_an_operator_lets_go_of_all_that_was_put_aside_and_not_taken(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    with pytest.raises(IllegalTransition):
        await void(paying)
    await paying.tell(PUT_ASIDE)

    await void(paying)

    with pytest.raises(IllegalTransition):
        await void(paying)
    with pytest.raises(IllegalTransition):
        await charge(paying)
    await all_return(paying)
    assert (await paying.stored())["status"] == "voided"
    assert [fact["status"] for fact in await paying.facts("share_changed")][-1] == "voided"
    await paying.check()


async def test_what_was_taken_cannot_be_let_go(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(APPROVED)

    with pytest.raises(IllegalTransition):
        await void(paying)


async def test_a_refused_refund_can_be_asked_for_again_and_operators_are_told(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(APPROVED)
    await paying.give_back(paying.parts[0], 1000)
    (refund,) = await paying.operations()

    for _ in range(2):
        await paying.move(refund["id"], REFUSED)

    (failed,) = await paying.facts("payment_return_failed")
    assert (failed["code"], failed["status"]) == ("account_closed", "paid")
    (share,) = await paying.shares()
    assert (share["returning_minor"], share["refunded_minor"]) == (0, 0)
    await paying.give_back(paying.parts[0], 1000)
    assert await asked(paying) == [("refund", 1000)]


async def test_a_refused_capture_leaves_what_was_put_aside(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(PUT_ASIDE)
    await charge(paying)
    (operation,) = await paying.operations()

    await paying.move(operation["id"], REFUSED)

    assert (await paying.stored())["status"] == "authorized"
    assert [fact["code"] for fact in await paying.facts("payment_declined")] == ["account_closed"]
    await charge(paying)


# fault 58
async def test_a_success_stands_before_and_after_a_refusal_of_the_same_refund(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    orders: list[list[Movement]] = [
        [REFUSED, MovementMade()],
        [MovementMade(), REFUSED],
        [OutcomeNotKnown(), MovementMade()],
    ]
    for outcomes in orders:
        paying = await Paying.open(runner, database, 1000)
        await paying.tell(APPROVED)
        await paying.give_back(paying.parts[0], 300)
        (refund,) = await paying.operations()

        for outcome in outcomes * 2:
            await paying.move(refund["id"], outcome)

        (share,) = await paying.shares()
        assert (share["returning_minor"], share["refunded_minor"]) == (0, 300)
        assert (await paying.stored())["status"] == "partially_refunded"
        await paying.check()


async def test_what_was_to_be_refunded_of_a_refused_capture_is_voided(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(PUT_ASIDE)
    await charge(paying)
    await paying.give_back(paying.parts[0], 600)
    ids = {(row["kind"], row["amount_minor"]): row["id"] for row in await paying.operations()}

    await paying.move(ids["charge", 600], REFUSED)
    for _ in range(2):
        await paying.move(ids["refund", 600], REFUSED)

    assert await asked(paying) == [("charge", 400), ("void", 600)]
    with pytest.raises(IllegalTransition):
        await charge(paying)
    await all_return(paying)
    payment = await paying.stored()
    assert (payment["captured_minor"], payment["voided_minor"]) == (400, 600)
    await paying.check()


async def test_what_was_taken_while_it_was_to_be_voided_is_refunded(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(PUT_ASIDE)
    await paying.give_back(paying.parts[0], 400)
    (void,) = await paying.operations()
    await paying.tell(APPROVED)
    # No more than what is not on its way back already.
    await paying.give_all_back()
    assert await asked(paying) == [("refund", 600), ("void", 400)]

    for _ in range(2):
        await paying.move(void["id"], REFUSED)

    assert await asked(paying) == [("refund", 400), ("refund", 600)]
    await all_return(paying)
    assert (await paying.stored())["refunded_minor"] == 1000
    await paying.check()


# fault 58
@pytest.mark.parametrize("is_voided_first", [True, False])
async def test_what_was_voided_is_not_captured_with_the_whole_whichever_is_told_first(
    runner: CommandRunner,
    database: asyncpg.Connection,
    is_voided_first: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(PUT_ASIDE)
    await paying.give_back(paying.parts[0], 250)
    (void,) = await paying.operations()

    if is_voided_first:
        await paying.move(void["id"], MovementMade())
    for _ in range(2):
        await paying.tell(APPROVED)
    await paying.move(void["id"], MovementMade())

    payment, shares = await paying.stored(), await paying.shares()
    assert (payment["status"], payment["captured_minor"]) == ("paid", 750)
    assert [row["captured_minor"] for row in shares] == [350, 400]
    await paying.check()
    await paying.give_all_back()
    assert await asked(paying) == [("refund", 350), ("refund", 400)]
