"""Bank transfers: what a program can say of them, which is little."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from plaza.adapters.manual_payments import ManualPayments
from plaza.contexts.payments.events import NextAction
from plaza.contexts.payments.provider import (
    ActionRequired,
    AuthorizationRequest,
    MovementMade,
    MovementRequest,
    NeverHeardOf,
    OutcomeNotKnown,
    WebhookRefused,
)
from plaza.kernel.money import Money

NUMBER = "P-1002-7"
TRANSFER = ActionRequired(next_action=NextAction(type="bank_transfer", reference=NUMBER))
KNOWN = uuid4()


async def _number_of(operation_id: UUID) -> str | None:
    return NUMBER if operation_id == KNOWN else None


PROVIDER = ManualPayments(_number_of)


async def test_the_shopper_is_told_what_the_transfer_has_to_name() -> None:
    request = AuthorizationRequest(
        operation_id=KNOWN,
        amount=Money(4900, "GBP"),
        token="anything",
        captures=True,
        order_number=NUMBER,
    )
    assert await PROVIDER.authorize(request) == TRANSFER
    assert await PROVIDER.find(KNOWN, closes=False) == TRANSFER


async def test_what_is_given_up_or_not_known_was_never_heard_of() -> None:
    assert await PROVIDER.find(KNOWN, closes=True) == NeverHeardOf()
    assert await PROVIDER.find(uuid4(), closes=False) == NeverHeardOf()


async def test_a_database_that_is_away_leaves_the_outcome_open() -> None:
    async def away(_: UUID) -> str | None:
        raise ConnectionRefusedError

    assert await ManualPayments(away).find(KNOWN, closes=False) == OutcomeNotKnown()


async def test_a_person_moves_the_money() -> None:
    asked = MovementRequest(operation_id=uuid4(), reference=NUMBER, amount=Money(1, "GBP"))
    for move in (PROVIDER.capture, PROVIDER.void, PROVIDER.refund):
        assert await move(asked) == MovementMade(reference=NUMBER)


def test_no_message_confirms_a_transfer() -> None:
    with pytest.raises(WebhookRefused):
        PROVIDER.event_in({}, b"{}", datetime.now(UTC))
