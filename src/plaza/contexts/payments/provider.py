"""The port to who moves the money; adapters implement it, and nothing else knows providers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Protocol, runtime_checkable
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.payments.events import NextAction
from plaza.kernel.money import Money
from plaza.kernel.refusals import Malformed, Unprocessable

CLAIM_S = 30
"""For how long whoever asks a provider may take, before others look after the payment."""
ASKING_S_MAX = 20.0
"""The longest wait for an answer: less than any claim or lease; by the setting, adapters give up
earlier."""
BANK_TRANSFER = "manual"
"""The name of the one provider that is a person, who takes days."""

PaymentToken = Annotated[str, Meta(max_length=500)]
"""What the storefront got from the provider in place of card numbers."""


class ProviderUnknown(Unprocessable):
    code = "payment_provider_unknown"
    title = "There is no such payment provider"


class WebhookRefused(Malformed):
    """Altered, too old, not signed, or not by who it claims to be from."""

    code = "webhook_refused"
    title = "Not a message of the provider"


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may be sent any number of times under its key with one effect.

    Attributes:
        operation_id: the provider's idempotency key, one for each attempt.
        captures: whether the money is taken at once and not only put aside.
    """

    operation_id: UUID
    amount: Money
    token: PaymentToken
    captures: bool
    order_number: str


class Approved(msgspec.Struct, frozen=True, kw_only=True, tag="approved"):
    reference: str
    is_captured: bool


class Declined(msgspec.Struct, frozen=True, kw_only=True, tag="declined"):
    code: str
    """A word of the provider's, such as `insufficient_funds`."""


class ActionRequired(msgspec.Struct, frozen=True, kw_only=True, tag="action_required"):
    next_action: NextAction
    reference: str | None = None


class OutcomeNotKnown(msgspec.Struct, frozen=True, kw_only=True, tag="not_known"):
    """No answer in time: it may have happened or not, which asking by the key finds out."""


class NeverHeardOf(msgspec.Struct, frozen=True, kw_only=True, tag="never_heard_of"):
    """The provider knows no request of that key and, if asked to, refuses one that comes later."""


Outcome = Approved | Declined | ActionRequired | OutcomeNotKnown
Finding = Outcome | NeverHeardOf


class MovementMade(msgspec.Struct, frozen=True, kw_only=True, tag="made"):
    """Captured, voided or refunded, as was asked."""

    reference: str | None = None


class MovementRefused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The provider will not make it, however often it is asked."""

    code: str


Movement = MovementMade | MovementRefused | OutcomeNotKnown


class MovementRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A capture, void or refund of an authorization, harmless to repeat under its key."""

    operation_id: UUID
    reference: str
    """Of the authorization, as the provider gave it."""
    amount: Money


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the provider, verified: what became of an operation.

    Attributes:
        event_id: given by the provider; messages of the same id are acted on once.
        operation_id: what it is about, by our key.
    """

    event_id: str
    type: str
    operation_id: UUID
    outcome: Approved | Declined | ActionRequired | MovementMade | MovementRefused
    occurred_at: datetime


@runtime_checkable
class PaymentProvider(Protocol):
    """One provider. Its methods return outcomes, and raise nothing for a missing or bad answer."""

    name: str

    async def authorize(self, request: AuthorizationRequest) -> Outcome: ...

    async def find(self, operation_id: UUID, *, closes: bool) -> Finding:
        """What became of an authorization.

        Args:
            operation_id: the key under which it was asked for.
            closes: whether the provider shall not approve it any more, unless it already has.
        """

    async def capture(self, request: MovementRequest) -> Movement: ...

    async def void(self, request: MovementRequest) -> Movement: ...

    async def refund(self, request: MovementRequest) -> Movement: ...

    def event_in(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        """The message in a webhook.

        Raises:
            WebhookRefused: not one of the provider's, or too old to be believed.
        """


Providers = Mapping[str, PaymentProvider]
"""By the name that storefronts give."""


def provider_named(name: str, providers: Providers) -> PaymentProvider:
    """The provider of that name.

    Raises:
        ProviderUnknown: it is not set up here, or not any longer.
    """
    if name not in providers:
        known = ", ".join(sorted(providers)) or "none"
        raise ProviderUnknown(f"Providers here are: {known}.", providers=sorted(providers))
    return providers[name]
