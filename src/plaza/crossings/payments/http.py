"""Routes of payment providers, and of operators who capture what was put aside."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.contexts.payments.http import PaymentState, payment_answer
from plaza.contexts.payments.provider import Providers
from plaza.crossings.payments.capture_payment import CapturePayment, capture_payment
from plaza.crossings.payments.receive_payment_webhook import (
    ReceivePaymentWebhook,
    Reception,
    receive_payment_webhook,
)
from plaza.kernel.actor import MARKET
from plaza.kernel.clock import Clock
from plaza.kernel.refusals import NotThere
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest
from plaza.writing.answer import Answer, answer_with
from plaza.writing.runner import CONSISTENCY_HEADER

WEBHOOK_SIZE_MAX_BYTES = 256 * 1024


class WebhookReceived(msgspec.Struct, frozen=True):
    status: Literal["received"] = "received"


def _received(_: Reception) -> Answer:
    return answer_with(200, WebhookReceived())


@post(
    "/v1/payment-providers/{provider:str}/webhooks",
    operation_id="receivePaymentWebhook",
    status_code=200,
    opt={"rate_limit": "webhooks"},
    request_max_body_size=WEBHOOK_SIZE_MAX_BYTES,
    responses=answers(WebhookReceived, also=(404, 409)),
)
async def receive(
    request: PlazaRequest,
    provider: FromPath[str],
    commanding: NamedDependency[Commanding],
    providers: NamedDependency[Providers],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """Take a message of a payment provider, signed as the provider signs.

    The same message may come any number of times, in any order.
    """
    if provider not in providers:
        raise NotThere
    event = providers[provider].event_in(request.headers, await request.body(), clock())
    command = ReceivePaymentWebhook(provider=provider, event=event)
    response = await commanding.run(receive_payment_webhook, command, MARKET, _received)
    response.headers.pop(CONSISTENCY_HEADER, None)
    return response


@post(
    "/v1/operations/payments/{payment:uuid}/capture",
    operation_id="capturePayment",
    status_code=200,
    guards=[operator_only],
    responses=answers(PaymentState),
)
async def capture(
    payment: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Take what was put aside, or confirm that a bank transfer has come, which places the order.

    What was canceled and could not be given back is asked for anew.
    """
    command = CapturePayment(payment_id=payment)
    return await commanding.run(capture_payment, command, MARKET, payment_answer)


ROUTES = [receive, capture]
