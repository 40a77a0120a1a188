"""Routes by which shoppers bring orders to an end, one way or the other."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.contexts.payments.commands.claim_payment import (
    ClaimedAttempt,
    ClaimPayment,
    claim_payment,
)
from plaza.contexts.payments.payment import PaymentOver
from plaza.contexts.payments.provider import CLAIM_S, Finding, PaymentToken, Providers
from plaza.crossings.orders.attempt_payment import Attempt, AttemptPayment, attempt_payment
from plaza.crossings.orders.cancel_order import CancelOrder, cancel_order
from plaza.crossings.orders.continue_payment import ContinuePayment, continue_payment
from plaza.crossings.orders.http_answers import OrderState, order_answer
from plaza.crossings.orders.http_checkout_settings import captures_at_placement
from plaza.crossings.orders.recall_paid_order import RecallPaidOrder, recall_paid_order
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.ids import new_id
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.settings import Settings
from plaza.web.commanding import Commanding, response_of
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest
from plaza.web.shoppers import order_shopper, order_surface, principal_of_order
from plaza.web.tracing import trace_id_in
from plaza.writing.answer import Answer, answer_with

WAITING = "The order still waits for its payment: do what `next_action` says, and look again."


class PaymentContinuation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: PaymentToken
    """What the storefront got from the order's provider this time."""


class Cancellation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Literal["changed_mind", "by_mistake", "too_slow", "other"] | None = None
    """Nothing in a shopper's own words: facts keep it, and cannot forget who wrote them."""


class PaymentSteps:
    """The transactions of one request to continue a payment, see `Steps`.

    The claim is what lets only one caller through; repeats under the same key find the order as it
    stands.
    """

    def __init__(
        self, request: PlazaRequest, commanding: Commanding, order_id: UUID, surface: Surface
    ) -> None:
        self._commanding = commanding
        self._order_id = order_id
        self._surface = surface
        self._trace_id = trace_id_in(request.scope)

    async def claim(self) -> ClaimedAttempt | None:
        command = ClaimPayment(order_id=self._order_id, claim_s=CLAIM_S)
        try:
            given = await self._step(claim_payment, command, self._surface)
        except PaymentOver:
            return None
        return msgspec.json.decode(given.body, type=ClaimedAttempt)

    async def begin(self, after: UUID) -> Attempt:
        command = AttemptPayment(
            order_id=self._order_id, operation_id=new_id(), claim_s=CLAIM_S, after=after
        )
        given = await self._step(attempt_payment, command, self._surface)
        return msgspec.json.decode(given.body, type=Attempt)

    async def settle(self, operation_id: UUID, outcome: Finding) -> Answer:
        command = SettlePayment(operation_id=operation_id, outcome=outcome)
        return await self._answered(settle_payment, command, MARKET)

    async def recall(self) -> Answer:
        return await self._answered(
            recall_paid_order, RecallPaidOrder(order_id=self._order_id), self._surface
        )

    async def _step(self, function: Callable[..., Any], command: Any, surface: Surface) -> Answer:
        return await self._commanding.answered(
            function,
            command,
            surface,
            partial(answer_with, 200),
            is_repeatable=False,
            is_journalled=False,
        )

    async def _answered(
        self, function: Callable[..., Any], command: Any, surface: Surface
    ) -> Answer:
        return await self._commanding.answered(
            function,
            command,
            surface,
            lambda settled: order_answer(settled, 200, None, self._trace_id),
            principal=principal_of_order(self._order_id),
        )


@post(
    "/v1/orders/{order:uuid}/payment",
    operation_id="continuePayment",
    status_code=200,
    guards=[order_shopper],
    responses=answers(OrderState, done_as={202: WAITING}),
)
async def continue_paying(
    request: PlazaRequest,
    order: FromPath[UUID],
    data: JSONBody[PaymentContinuation],
    commanding: NamedDependency[Commanding],
    providers: NamedDependency[Providers],
    shopper_secrets: NamedDependency[ShopperSecrets],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Pay an order that waits for its payment, with the same provider."""
    surface = await order_surface(request, order, shopper_secrets)
    repeated = await commanding.repeated()
    if repeated is not None:
        return repeated
    command = ContinuePayment(
        order_id=order, token=data.token, captures=captures_at_placement(settings)
    )
    steps = PaymentSteps(request, commanding, order, surface)
    return response_of(await continue_payment(command, steps, providers))


@post(
    "/v1/orders/{order:uuid}/cancel",
    operation_id="cancelOrder",
    status_code=200,
    guards=[order_shopper],
    responses=answers(OrderState),
)
async def cancel(
    request: PlazaRequest,
    order: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    shopper_secrets: NamedDependency[ShopperSecrets],
    data: JSONBody[Cancellation | None] = None,
) -> Response[bytes]:
    """Cancel all of an order; what was paid goes back."""
    trace_id = trace_id_in(request.scope)
    surface = await order_surface(request, order, shopper_secrets)
    return await commanding.run(
        cancel_order,
        CancelOrder(order_id=order, reason=None if data is None else data.reason),
        msgspec.structs.replace(surface, checkout=True),
        lambda settled: order_answer(settled, 200, None, trace_id),
        principal=principal_of_order(order),
    )


ROUTES = [continue_paying, cancel]
