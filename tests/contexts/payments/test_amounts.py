"""Amounts derive from what was said, in whatever order and however often it is said."""

import asyncio
from random import Random

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts.payments.paying import APPROVED, Paying
from plaza.contexts.payments.events import NextAction, payment_status_of
from plaza.contexts.payments.provider import (
    ActionRequired,
    Approved,
    Declined,
    Finding,
    Movement,
    MovementMade,
    MovementRefused,
    OutcomeNotKnown,
)
from plaza.writing.runner import CommandRunner

SAYINGS: list[Finding] = [
    Approved(reference="ch_1", is_captured=True),
    Approved(reference="ch_1", is_captured=False),
    Declined(code="card_declined"),
    ActionRequired(next_action=NextAction(type="wait")),
    OutcomeNotKnown(),
]
MOVEMENTS: list[Movement] = [MovementMade(), MovementRefused(code="no"), OutcomeNotKnown()]
WITH_DATABASE = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PARTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=4)


# fault 58
@WITH_DATABASE
@given(parts=PARTS, said=st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=8))
async def test_stored_amounts_are_what_was_said_in_any_order(
    runner: CommandRunner,
    database: asyncpg.Connection,
    parts: list[int],
    said: list[Finding],
) -> None:
    paying = await Paying.open(runner, database, *parts)

    for outcome in said:
        await paying.tell(outcome)

    payment = await paying.stored()
    approved = [outcome for outcome in said if isinstance(outcome, Approved)]
    whole = sum(parts)
    assert payment["authorized_minor"] == (whole if approved else 0)
    assert payment["captured_minor"] == (whole if any(a.is_captured for a in approved) else 0)
    assert payment["open_attempts"] == (0 if approved or SAYINGS[2] in said else 1)
    await paying.check()


# fault 58
@settings(WITH_DATABASE, max_examples=10)
@given(
    parts=PARTS,
    returned=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    said=st.lists(st.sampled_from(MOVEMENTS), min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
)
async def test_what_goes_back_goes_back_once(
    runner: CommandRunner,
    database: asyncpg.Connection,
    parts: list[int],
    returned: list[int],
    said: list[Movement],
    seed: int,
) -> None:
    paying = await Paying.open(runner, database, *[part + 12 for part in parts])
    await paying.tell(APPROVED)
    random = Random(seed)  # noqa: S311  a test's order
    for amount in returned:
        await paying.give_back(random.choice(paying.parts), amount)
    told = [(row["id"], outcome) for row in await paying.operations() for outcome in said]
    random.shuffle(told)

    for operation_id, outcome in told:
        await paying.move(operation_id, outcome)

    payment, shares = await paying.stored(), await paying.shares()
    assert payment["refunded_minor"] == (sum(returned) if MOVEMENTS[0] in said else 0)
    is_known = MOVEMENTS[0] in said or MOVEMENTS[1] in said
    assert sum(row["returning_minor"] for row in shares) == (0 if is_known else sum(returned))
    await paying.check()


async def test_what_is_asked_for_while_others_are_confirmed_waits_for_nobody_for_ever(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 1000)
    (part,) = paying.parts
    await paying.tell(APPROVED)
    await asyncio.gather(*(paying.give_back(part, 1) for _ in range(20)))
    refunds = [row["id"] for row in await paying.operations()]

    await asyncio.gather(
        *(paying.move(key, MovementMade()) for key in refunds),
        *(paying.give_back(part, 2) for _ in range(20)),
    )

    (share,) = await paying.shares()
    assert (share["refunded_minor"], share["returning_minor"]) == (20, 40)
    await paying.check()


# fault 58
async def test_fifty_copies_at_once_have_one_effect(
    runner: CommandRunner, database: asyncpg.Connection
) -> None:
    paying = await Paying.open(runner, database, 600, 400)

    await asyncio.gather(*(paying.tell(APPROVED) for _ in range(50)))
    assert len(await paying.facts("payment_captured")) == 1
    assert len(await paying.facts("share_changed")) == 4

    await paying.give_back(paying.parts[0], 600)
    (refund,) = await paying.operations()
    await asyncio.gather(*(paying.move(refund["id"], MovementMade()) for _ in range(50)))
    assert len(await paying.facts("payment_refunded")) == 1
    await paying.check()


@given(
    amount=st.integers(0, 100),
    authorized=st.integers(0, 200),
    captured=st.integers(0, 200),
    voided=st.integers(0, 100),
    refunded=st.integers(0, 200),
)
def test_a_status_follows_from_the_amounts(
    amount: int, authorized: int, captured: int, voided: int, refunded: int
) -> None:
    status = payment_status_of(
        amount=amount, authorized=authorized, captured=captured, voided=voided, refunded=refunded
    )

    assert (status == "none") == (amount == 0)
    if amount == 0:
        return
    assert (status in {"pending", "authorized", "voided"}) == (captured == 0)
    assert (status in {"refunded", "partially_refunded"}) == (captured > 0 and refunded > 0)
    if status == "paid":
        assert captured + voided == amount
