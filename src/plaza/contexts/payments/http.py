"""The route on which operators let go of what was put aside."""

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.contexts.payments.commands.void_payment import VoidPayment, void_payment
from plaza.contexts.payments.events import PaymentStatus
from plaza.contexts.payments.payment import Payment
from plaza.kernel.actor import MARKET
from plaza.kernel.money import Money
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class PaymentState(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands; what was just asked of the provider shows when the provider has answered."""

    id: UUID
    order_id: UUID
    provider: str
    status: PaymentStatus
    amount: Money
    authorized: Money
    captured: Money
    voided: Money
    refunded: Money


def payment_answer(payment: Payment) -> Answer:
    currency = payment.currency
    state = PaymentState(
        id=payment.id,
        order_id=payment.order_id,
        provider=payment.provider,
        status=payment.status,
        amount=Money(payment.amount_minor, currency),
        authorized=Money(payment.authorized_minor, currency),
        captured=Money(payment.captured_minor, currency),
        voided=Money(payment.voided_minor, currency),
        refunded=Money(payment.refunded_minor, currency),
    )
    return answer_with(200, state)


@post(
    "/v1/operations/payments/{payment:uuid}/void",
    operation_id="voidPayment",
    status_code=200,
    guards=[operator_only],
    responses=answers(PaymentState),
)
async def void(payment: FromPath[UUID], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Have all let go that was put aside and not taken."""
    return await commanding.run(
        void_payment, VoidPayment(payment_id=payment), MARKET, payment_answer
    )


ROUTES = [void]
