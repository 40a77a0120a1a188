"""A payment that waits for its shopper is brought to an end, with a new token where need be.

What became of the attempt before is found out first, and the attempt closed, so that nothing is
ever paid twice.
"""

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

import msgspec

from plaza.contexts.payments.commands.claim_payment import ClaimedAttempt
from plaza.contexts.payments.provider import (
    Approved,
    AuthorizationRequest,
    Finding,
    OutcomeNotKnown,
    Providers,
    provider_named,
)
from plaza.crossings.orders.attempt_payment import Attempt
from plaza.writing.answer import Answer


class ContinuePayment(msgspec.Struct, frozen=True, kw_only=True):
    """Try again.

    Attributes:
        token: what the storefront got from the order's provider this time.
        captures: whether the money is taken at once and not only put aside.
    """

    order_id: UUID
    token: str
    captures: bool


class Steps(Protocol):
    """The transactions of one request, on behalf of whoever sent it."""

    def claim(self) -> Awaitable[ClaimedAttempt | None]:
        """Claim the payment to ask the provider; None where there is nothing to pay any more.

        Raises:
            CompletionInProgress: somebody else has claimed it.
        """
        ...

    def begin(self, after: UUID) -> Awaitable[Attempt]:
        """Begin a new attempt, under a key of its own, in place of the one that was claimed."""
        ...

    def settle(self, operation_id: UUID, outcome: Finding) -> Awaitable[Answer]:
        """Let the order become what the payment's outcome makes of it."""
        ...

    def recall(self) -> Awaitable[Answer]:
        """Answer with the order as it stands.

        Raises:
            IllegalTransition: it has failed or was canceled, so that no token could pay it.
        """
        ...


async def continue_payment(command: ContinuePayment, steps: Steps, providers: Providers) -> Answer:
    """Ask what became of the last attempt; if nothing, ask for the payment anew.

    Raises:
        CompletionInProgress: somebody else is asking the provider right now.
        IllegalTransition: the order has failed or was canceled.
        ProviderUnknown: the order's provider is not set up here any more.
    """
    claimed = await steps.claim()
    if claimed is None:
        return await steps.recall()
    provider = provider_named(claimed.provider, providers)
    before = await provider.find(claimed.operation_id, closes=True)
    if isinstance(before, Approved | OutcomeNotKnown):
        return await steps.settle(claimed.operation_id, before)
    anew = await steps.begin(claimed.operation_id)
    request = AuthorizationRequest(
        operation_id=anew.operation_id,
        amount=anew.amount,
        token=command.token,
        captures=command.captures,
        order_number=anew.order_number,
    )
    return await steps.settle(anew.operation_id, await provider.authorize(request))
