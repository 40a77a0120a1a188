"""Attempts to have a payment authorized: declined, approved, late, twice."""

from uuid import uuid4

import asyncpg
import msgspec
import pytest

from contexts.payments.paying import APPROVED, PUT_ASIDE, Paying
from plaza.contexts.payments.events import NextAction
from plaza.contexts.payments.payment import PaymentInProgress, PaymentOver
from plaza.contexts.payments.provider import (
    ActionRequired,
    Approved,
    Declined,
    MovementMade,
    MovementRefused,
    NeverHeardOf,
    OutcomeNotKnown,
)
from plaza.kernel.actor import Surface
from plaza.writing.runner import CommandRunner

DECLINED = Declined(code="insufficient_funds")
CONFIRM = ActionRequired(next_action=NextAction(type="redirect", url="https://bank.example/1"))


async def test_what_is_approved_is_paid_to_the_last_unit_of_every_share(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 334, 333, 333)

    await paying.tell(APPROVED)

    payment = await paying.stored()
    assert (payment["status"], payment["captured_minor"]) == ("paid", 1000)
    assert payment["next_check_at"] is payment["claimed_until"] is None
    assert [row["captured_minor"] for row in await paying.shares()] == [334, 333, 333]
    await paying.check()
    (requested,) = await paying.facts("payment_requested")
    (captured,) = await paying.facts("payment_captured")
    assert (requested["status"], captured["status"]) == ("pending", "paid")
    told = await paying.facts("share_changed")
    assert [fact["status"] for fact in told] == ["pending"] * 3 + ["paid"] * 3


async def test_what_costs_nothing_is_not_asked_for(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 0, 0)

    payment = await paying.stored()

    assert (payment["status"], payment["next_check_at"]) == ("none", None)
    assert await paying.operations("authorization") == []
    with pytest.raises(PaymentOver):
        await paying.claim()


async def test_a_decline_fails_the_attempt_and_not_the_payment(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)

    await paying.tell(DECLINED)

    payment = await paying.stored()
    assert (payment["status"], payment["next_check_at"]) == ("pending", payment["expires_at"])
    second = await paying.begin_again()
    await paying.tell(APPROVED, second)
    assert (await paying.stored())["status"] == "paid"
    await paying.check()


# fault 58
@pytest.mark.parametrize("late", [DECLINED, NeverHeardOf(), CONFIRM, OutcomeNotKnown(), PUT_ASIDE])
async def test_an_approval_stands_whatever_is_said_of_the_attempt_before_or_after(
    runner: CommandRunner, database: asyncpg.Connection, late: Declined
) -> None:
    for order in ((APPROVED, late), (late, APPROVED), (late, APPROVED, late, APPROVED)):
        paying = await Paying.open(runner, database, 700, 300)

        for outcome in order:
            await paying.tell(outcome)

        payment = await paying.stored()
        assert (payment["status"], payment["open_attempts"]) == ("paid", 0)
        assert payment["next_check_at"] is payment["next_action"] is None
        await paying.check()


# fault 58
async def test_a_second_approved_attempt_is_given_back_whole_and_counts_for_nothing(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(CONFIRM)
    second = await paying.begin_again()
    await paying.tell(APPROVED, second)

    for _ in range(2):
        await paying.tell(Approved(reference="ch_2", is_captured=True))

    (refund,) = await paying.operations()
    assert (refund["kind"], refund["amount_minor"]) == ("refund", 1000)
    assert refund["authorization_id"] == paying.attempt
    await paying.move(refund["id"], MovementMade())
    payment = await paying.stored()
    assert (payment["status"], payment["refunded_minor"]) == ("paid", 0)
    assert payment["open_attempts"] == 0
    await paying.check()


async def test_a_second_approval_that_cannot_be_given_back_is_told_to_operators(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(CONFIRM)
    await paying.tell(APPROVED, await paying.begin_again())
    await paying.tell(PUT_ASIDE)
    (void,) = await paying.operations()
    assert void["kind"] == "void"

    await paying.move(void["id"], MovementRefused(code="closed"))

    (failed,) = await paying.facts("payment_return_failed")
    assert (failed["status"], failed["code"]) == ("paid", "closed")


async def test_only_one_asks_the_provider(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)

    with pytest.raises(PaymentInProgress):
        await paying.claim()
    with pytest.raises(PaymentInProgress):
        await paying.begin_again()
    with pytest.raises(PaymentInProgress):
        await paying.begin_again(after=uuid4())

    await paying.begin_again(after=paying.attempt)
    await paying.tell(OutcomeNotKnown())
    with pytest.raises(PaymentInProgress):
        await paying.claim()


async def test_an_unknown_outcome_gives_the_claim_back_and_is_asked_for_soon(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    waits = []
    for _ in range(9):
        await paying.tell(OutcomeNotKnown())
        waits.append(
            await database.fetchval(
                "SELECT extract(epoch FROM next_check_at - clock_timestamp())::float"
                " FROM payments.payment WHERE id = $1 AND claimed_until IS NULL",
                paying.id,
            )
        )
    assert 0 < waits[0] <= 1
    assert waits[0] < waits[1] < waits[2] < waits[5] <= 60
    assert 50 < waits[8] <= 60
    await paying.claim()


async def test_what_the_shopper_has_to_do_is_kept_and_told_once(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)

    for _ in range(3):
        await paying.tell(CONFIRM)

    (told,) = await paying.facts("payment_action_required")
    assert told["next_action"] == msgspec.to_builtins(CONFIRM.next_action)
    assert "https://bank.example/1" in (await paying.stored())["next_action"]


async def test_what_an_attempt_has_asked_for_ends_with_the_next_attempt(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(CONFIRM)

    second = await paying.begin_again()
    await paying.tell(OutcomeNotKnown(), second)

    told = await paying.facts("payment_action_required")
    assert [fact["next_action"]["type"] for fact in told] == ["redirect", "wait"]


async def test_what_was_given_up_is_not_attempted_again(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    await paying.tell(DECLINED)
    await paying.give_up()

    with pytest.raises(PaymentOver):
        await paying.begin_again()
    with pytest.raises(PaymentOver):
        await paying.claim()
    assert (await paying.stored())["next_check_at"] is None


async def test_what_is_given_up_is_closed_at_the_provider_and_recorded_if_it_was_too_late(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)
    await paying.tell(CONFIRM)

    await paying.give_up()
    await paying.give_up()

    payment = await paying.stored()
    assert payment["status"] == "failed"
    assert payment["next_check_at"] < payment["expires_at"]
    assert [fact["status"] for fact in await paying.facts("payment_declined")] == ["failed"]
    assert [fact["status"] for fact in await paying.facts("share_changed")][-2:] == ["failed"] * 2

    await paying.tell(APPROVED)
    await paying.give_all_back()
    await paying.give_all_back()
    refunds = await paying.operations()
    asked = sorted((row["kind"], row["amount_minor"]) for row in refunds)
    assert asked == [("refund", 400), ("refund", 600)]
    for row in refunds:
        await paying.move(row["id"], MovementMade())
    assert (await paying.stored())["status"] == "refunded"
    await paying.check()


async def test_a_guest_pays_with_nothing_but_the_order_in_hand(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    order_id = uuid4()
    paying = await Paying.open(runner, database, 1000, order_id=order_id)
    paying.surface = Surface(order_id=order_id)

    await paying.tell(APPROVED)
    await paying.give_back(paying.parts[0], 100)

    assert (await paying.stored())["status"] == "paid"
    assert [row["returning_minor"] for row in await paying.shares()] == [100]
