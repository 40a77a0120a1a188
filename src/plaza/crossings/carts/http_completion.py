"""The route that makes a cart an order."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from plaza.contexts.ordering.address import Address
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.http_opening import CART_SECRET, cart_shopper, cart_surface
from plaza.contexts.payments.commands.claim_payment import (
    ClaimedAttempt,
    ClaimPayment,
    claim_payment,
)
from plaza.contexts.payments.payment import PaymentOver
from plaza.contexts.payments.provider import CLAIM_S, Finding, PaymentToken, Providers
from plaza.crossings.carts.complete_cart import Begun, CompleteCart, complete_cart
from plaza.crossings.carts.prepare_order import Prepared, PrepareOrder, prepare_order
from plaza.crossings.orders.http_answers import Done, OrderState, order_answer
from plaza.crossings.orders.http_checkout_settings import (
    acceptance_s,
    captures_at_placement,
    pending_for,
)
from plaza.crossings.orders.recall_order import RecallOrder, recall_order
from plaza.crossings.orders.settle_payment import Settled, SettlePayment, settle_payment
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.ids import new_id
from plaza.kernel.money import Money
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.kernel.text import EmailText
from plaza.settings import Settings
from plaza.web.commanding import Commanding, response_of
from plaza.web.documenting import answers
from plaza.web.repeating import KEY_REQUIRED
from plaza.web.request import PlazaRequest
from plaza.web.shoppers import principal_of_order
from plaza.web.tracing import trace_id_in
from plaza.writing.answer import Answer, answer_with
from plaza.writing.idempotency import UNFINISHED_STATUS
from plaza.writing.runner import CONSISTENCY_HEADER, REPLAYED_HEADER

NAMING_AN_ORDER = (200, 201, 202, UNFINISHED_STATUS)
"""The statuses of answers whose body is an `OrderNamed`."""

ProviderName = Annotated[str, Meta(min_length=1, max_length=40)]


class PaymentMeans(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: ProviderName
    token: PaymentToken = ""
    """What the storefront got from the provider in place of card numbers."""


class Completion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a cart is completed.

    Attributes:
        expected_total: what the shopper was shown; where it costs something else, 409.
        email: who is told; a guest's cart that has none needs one.
        address: where it goes, if the cart does not say.
    """

    expected_total: Money
    payment: PaymentMeans
    email: EmailText | None = None
    address: Address | None = None


class OrderNamed(msgspec.Struct, frozen=True):
    """What a finished answer and one to go on from have in common."""

    order_id: UUID


class CartPhases:
    """The phases of one request to complete a cart, see `Phases`."""

    def __init__(
        self,
        request: PlazaRequest,
        commanding: Commanding,
        command: PrepareOrder,
        surface: Surface,
        rules: CartRules,
        secrets: ShopperSecrets,
    ) -> None:
        self._commanding = commanding
        self._command = command
        self._surface = surface
        self._rules = rules
        self._secrets = secrets
        self._trace_id = trace_id_in(request.scope)
        self._is_opened = surface.cart_id is not None
        # Where settling leaves no fact, the order that was taken down is what is to be seen.
        self._begun_headers: dict[str, str] = {}
        # A wrong secret beside a log-in is none.
        self._shown = request.headers.get(CART_SECRET, "") if self._is_opened else ""

    async def prepare(self) -> Answer:
        given = await self._commanding.answered(
            partial(prepare_order, rules=self._rules),
            self._command,
            self._surface,
            self._prepared_answer,
            **self._repeated(self._command.order_id),
        )
        if REPLAYED_HEADER in given.headers and given.status in NAMING_AN_ORDER:
            # A repeat has made up an id of its own; the order is the first one's.
            order_id = msgspec.json.decode(given.body, type=OrderNamed).order_id
            await self._commanding.remember(principal_of_order(order_id), given)
        if given.status == UNFINISHED_STATUS and CONSISTENCY_HEADER in given.headers:
            self._begun_headers = {CONSISTENCY_HEADER: given.headers[CONSISTENCY_HEADER]}
        return given

    async def claim(self, order_id: UUID) -> ClaimedAttempt | None:
        try:
            given = await self._claimed(order_id)
        except PaymentOver:
            return None
        return msgspec.json.decode(given.body, type=ClaimedAttempt)

    async def _claimed(self, order_id: UUID) -> Answer:
        return await self._commanding.answered(
            claim_payment,
            ClaimPayment(order_id=order_id, claim_s=CLAIM_S, provider=self._command.provider),
            MARKET,
            lambda claimed: answer_with(200, claimed),
            is_repeatable=False,
            is_journalled=False,
        )

    async def settle(self, order_id: UUID, operation_id: UUID, outcome: Finding) -> Answer:
        command = SettlePayment(operation_id=operation_id, outcome=outcome)
        return await self._finished(settle_payment, command, order_id, 201)

    async def recall(self, order_id: UUID) -> Answer:
        return await self._finished(recall_order, RecallOrder(order_id=order_id), order_id, 200)

    async def _finished(
        self, function: Callable[..., Any], command: Any, order_id: UUID, done: Done
    ) -> Answer:
        return await self._commanding.answered(
            function,
            command,
            MARKET,
            partial(self._settled_answer, done),
            finishes=True,
            **self._repeated(order_id),
        )

    def _repeated(self, order_id: UUID) -> dict[str, Any]:
        return {
            "is_secret": self._is_opened,
            "shown": self._shown,
            "principal": principal_of_order(order_id),
        }

    def _prepared_answer(self, prepared: Prepared) -> Answer:
        if prepared.settled is not None:
            return self._settled_answer(201, prepared.settled)
        order = prepared.order
        begun = Begun(
            order_id=order.id,
            operation_id=self._command.operation_id,
            number=order.number,
            amount=Money(order.total_minor, order.currency),
            is_new=prepared.is_new,
        )
        return answer_with(UNFINISHED_STATUS, begun)

    def _settled_answer(self, done: Done, settled: Settled) -> Answer:
        order = settled.order
        secret = self._secrets.of_order(order.id) if order.account_id is None else None
        answer = order_answer(settled, done, secret, self._trace_id)
        return msgspec.structs.replace(answer, headers=answer.headers | self._begun_headers)


@post(
    "/v1/carts/{cart:uuid}/complete",
    operation_id="completeCart",
    guards=[cart_shopper],
    responses=answers(
        OrderState,
        201,
        done="The order is placed and its payment done, or promised.",
        done_as={
            200: "The cart was an order before; this is how it stands.",
            202: "The order waits for its payment: do what `next_action` says, and look again.",
        },
    ),
    opt=KEY_REQUIRED,
)
async def complete(
    request: PlazaRequest,
    cart: FromPath[UUID],
    data: JSONBody[Completion],
    commanding: NamedDependency[Commanding],
    cart_rules: NamedDependency[CartRules],
    providers: NamedDependency[Providers],
    shopper_secrets: NamedDependency[ShopperSecrets],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Make the cart an order and have it paid, once however often this is sent.

    Repeat it under the same Idempotency-Key until something is answered: a repeat goes on where
    the first request was cut off. `expected_total` is the `total` that the shopper has seen;
    where it costs something else now, 409 `cart_changed` tells `current_total`, and nothing is
    ordered. 409 `insufficient_stock` names the `lines`, 409 `cart_has_problems` the `problems`;
    after 422 `payment_failed` the cart can be completed again, with another token.
    """
    order_id = new_id()
    surface = await cart_surface(request, cart, shopper_secrets)
    prepare = PrepareOrder(
        cart_id=cart,
        order_id=order_id,
        operation_id=new_id(),
        provider=data.payment.provider,
        expected_total=data.expected_total,
        pending_for=pending_for(data.payment.provider, settings),
        acceptance_s=acceptance_s(settings),
        email=data.email,
        address=data.address,
    )
    phases = CartPhases(
        request,
        commanding,
        prepare,
        msgspec.structs.replace(surface, order_id=order_id),
        cart_rules,
        shopper_secrets,
    )
    command = CompleteCart(
        provider=data.payment.provider,
        token=data.payment.token,
        captures=captures_at_placement(settings),
    )
    return response_of(await complete_cart(command, phases, providers))


ROUTES = [complete]
