"""The sandbox as a payment provider: play money, asked over HTTP as a real one would be."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import httpx
import msgspec
import structlog
from msgspec import Meta

from plaza.adapters.webhook_signatures import verified_id
from plaza.contexts.payments.events import NextAction
from plaza.contexts.payments.provider import (
    ActionRequired,
    Approved,
    AuthorizationRequest,
    Declined,
    Finding,
    Movement,
    MovementMade,
    MovementRefused,
    MovementRequest,
    NeverHeardOf,
    Outcome,
    OutcomeNotKnown,
    ProviderEvent,
    WebhookRefused,
)
from plaza.kernel.clock import Moment

WEBHOOK_KEY = "sandbox-webhook"
"""The purpose of the key that webhooks are signed with."""
OK = 200
NOT_FOUND = 404

T = TypeVar("T")

Word = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*\Z")]
"""What the database can hold, and facts have room for."""

log = structlog.get_logger()


class Charge(msgspec.Struct, frozen=True):
    """What the sandbox tells of an authorization; another status than these cannot be decoded."""

    reference: Word
    status: Literal["approved", "declined", "action_required", "closed"]
    code: Word | None
    captured_minor: int
    redirect_url: str | None = None


class Moved(msgspec.Struct, frozen=True):
    """What it tells of a capture, void or refund."""

    reference: Word
    status: Literal["returned", "refused"]
    code: Word | None


class WebhookData(msgspec.Struct, frozen=True):
    """What a webhook is about; `key` is the id of our operation."""

    key: UUID
    reference: Word
    code: Word | None = None
    is_captured: bool = False


class Webhook(msgspec.Struct, frozen=True):
    type: str
    timestamp: Moment
    data: WebhookData


class SandboxPayments:
    """Asks within a time limit; whatever is not a clear answer is an `OutcomeNotKnown`."""

    name = "sandbox"

    def __init__(self, client: httpx.AsyncClient, webhook_key: bytes, timeout_s: float) -> None:
        """Hold what every request needs.

        Args:
            client: set up with the sandbox's address; keeps connections open.
            webhook_key: the key that the sandbox signs its webhooks with.
            timeout_s: the longest wait for a whole answer.
        """
        self._client = client
        self._webhook_key = webhook_key
        self._timeout_s = timeout_s

    async def authorize(self, request: AuthorizationRequest) -> Outcome:
        body = {
            "amount_minor": request.amount.amount_minor,
            "currency": request.amount.currency,
            "token": request.token,
            "captures": request.captures,
            "order_number": request.order_number,
        }
        answer = await self._asked("PUT", f"/authorizations/{request.operation_id}", body)
        return _outcome_of(_decoded(Charge, answer))

    async def find(self, operation_id: UUID, *, closes: bool) -> Finding:
        place = f"/authorizations/{operation_id}"
        asked = ("POST", f"{place}/close") if closes else ("GET", place)
        answer = await self._asked(*asked)
        if answer is not None and answer.status_code == NOT_FOUND:
            return NeverHeardOf()
        return _outcome_of(_decoded(Charge, answer))

    async def capture(self, request: MovementRequest) -> Movement:
        return await self._moved("captures", request)

    async def void(self, request: MovementRequest) -> Movement:
        return await self._moved("voids", request)

    async def refund(self, request: MovementRequest) -> Movement:
        return await self._moved("refunds", request)

    def event_in(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        event_id = verified_id(self._webhook_key, headers, body, now)
        try:
            webhook = msgspec.json.decode(body, type=Webhook)
        except msgspec.DecodeError as error:
            raise WebhookRefused("The message is not one of the sandbox's.") from error
        return ProviderEvent(
            event_id=event_id,
            type=webhook.type,
            operation_id=webhook.data.key,
            outcome=_outcome_in(webhook),
            occurred_at=webhook.timestamp,
        )

    async def _moved(self, place: str, request: MovementRequest) -> Movement:
        body = {
            "reference": request.reference,
            "amount_minor": request.amount.amount_minor,
            "currency": request.amount.currency,
        }
        answer = await self._asked("PUT", f"/{place}/{request.operation_id}", body)
        moved = _decoded(Moved, answer)
        if moved is None:
            return OutcomeNotKnown()
        if moved.status == "returned":
            return MovementMade(reference=moved.reference)
        return MovementRefused(code=moved.code or moved.status)

    async def _asked(
        self, method: str, place: str, body: Mapping[str, object] | None = None
    ) -> httpx.Response | None:
        """The answer; None where there was none in time."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"content-type": "application/json"}
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._client.request(method, place, content=content, headers=headers)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("sandbox_did_not_answer", place=place, error=type(error).__name__)
            return None


def _decoded(wanted: type[T], answer: httpx.Response | None) -> T | None:
    """What was answered; None unless it is a 200 with a body of the wanted form."""
    if answer is None:
        return None
    if answer.status_code == OK:
        # A body that is not as agreed is as unclear as any other status.
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(answer.content, type=wanted)
    log.warning("sandbox_answer_not_clear", status=answer.status_code, place=answer.url.path)
    return None


def _outcome_of(charge: Charge | None) -> Outcome:
    match charge:
        case None:
            return OutcomeNotKnown()
        case Charge(status="approved"):
            return Approved(reference=charge.reference, is_captured=charge.captured_minor > 0)
        case Charge(status="action_required"):
            action = NextAction(type="redirect", url=charge.redirect_url)
            return ActionRequired(next_action=action, reference=charge.reference)
        case _:
            return Declined(code=charge.code or charge.status)


def _outcome_in(webhook: Webhook) -> Approved | Declined | MovementMade | MovementRefused:
    told = webhook.data
    match webhook.type.partition("."):
        case ("authorization", _, "approved"):
            return Approved(reference=told.reference, is_captured=told.is_captured)
        case ("authorization", _, "declined" | "closed" as status):
            return Declined(code=told.code or status)
        case ("capture" | "void" | "refund", _, "returned"):
            return MovementMade(reference=told.reference)
        case ("capture" | "void" | "refund", _, "refused" as status):
            return MovementRefused(code=told.code or status)
    raise WebhookRefused("Nothing of that type is known.")
