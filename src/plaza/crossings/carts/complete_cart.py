"""A cart is completed in three phases: an order is prepared, its payment asked for, it is settled.

The first and the last are transactions; the provider is asked between them, outside of any. Whoever
repeats the request resumes at the phase that was not done: the order, and the key under which its
payment is asked for, are fixed by the first phase.
"""

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

import msgspec

from plaza.contexts.payments.commands.claim_payment import ClaimedAttempt
from plaza.contexts.payments.provider import (
    AuthorizationRequest,
    Finding,
    NeverHeardOf,
    Providers,
    provider_named,
)
from plaza.kernel.money import Money
from plaza.writing.answer import Answer
from plaza.writing.idempotency import UNFINISHED_STATUS
from plaza.writing.runner import REPLAYED_HEADER


class CompleteCart(msgspec.Struct, frozen=True, kw_only=True):
    """How it is paid.

    Attributes:
        token: what the storefront got from the provider in place of card numbers.
        captures: whether the money is taken at once and not only put aside.
    """

    provider: str
    token: str
    captures: bool


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What the first phase leaves for a repeat to resume by.

    Attributes:
        is_new: whether the order was made by this request, and not by one before.
    """

    order_id: UUID
    operation_id: UUID
    number: str
    amount: Money
    is_new: bool


class Phases(Protocol):
    """The transactions of one completion, on behalf of whoever asked for it."""

    def prepare(self) -> Awaitable[Answer]:
        """Make the order, or find the one that is there; unfinished, its body is `Begun`."""
        ...

    def claim(self, order_id: UUID) -> Awaitable[ClaimedAttempt | None]:
        """Claim the payment to ask the provider; None where there is nothing to ask any more.

        Raises:
            CompletionInProgress: somebody else has claimed it.
            PaymentProviderMismatch: its payment was begun with another provider.
        """
        ...

    def settle(self, order_id: UUID, operation_id: UUID, outcome: Finding) -> Awaitable[Answer]:
        """Let the order become what the payment's outcome makes of it."""
        ...

    def recall(self, order_id: UUID) -> Awaitable[Answer]:
        """Answer with the order as it stands."""
        ...


async def complete_cart(command: CompleteCart, phases: Phases, providers: Providers) -> Answer:
    """Make the cart an order and have it paid.

    Raises:
        ProviderUnknown: there is no such provider here.
        CompletionInProgress: somebody else is completing the cart right now.
        PaymentProviderMismatch: its payment was begun with another provider.
    """
    provider = provider_named(command.provider, providers)
    prepared = await phases.prepare()
    if prepared.status != UNFINISHED_STATUS:
        return prepared
    begun = msgspec.json.decode(prepared.body, type=Begun)
    if begun.is_new and REPLAYED_HEADER not in prepared.headers:
        request = _request(command, begun.operation_id, begun.amount, begun.number)
        outcome = await provider.authorize(request)
        return await phases.settle(begun.order_id, begun.operation_id, outcome)
    return await _resumed(command, begun, phases, providers)


async def _resumed(
    command: CompleteCart, begun: Begun, phases: Phases, providers: Providers
) -> Answer:
    """Go on with what somebody else has begun, or this request before it was cut off."""
    claimed = await phases.claim(begun.order_id)
    if claimed is None:
        return await phases.recall(begun.order_id)
    provider = provider_named(claimed.provider, providers)
    outcome = await provider.find(claimed.operation_id, closes=False)
    if isinstance(outcome, NeverHeardOf):
        # It was cut off before the provider was asked; the key makes asking now harmless.
        request = _request(command, claimed.operation_id, claimed.amount, begun.number)
        outcome = await provider.authorize(request)
    return await phases.settle(begun.order_id, claimed.operation_id, outcome)


def _request(
    command: CompleteCart, operation_id: UUID, amount: Money, number: str
) -> AuthorizationRequest:
    return AuthorizationRequest(
        operation_id=operation_id,
        amount=amount,
        token=command.token,
        captures=command.captures,
        order_number=number,
    )
