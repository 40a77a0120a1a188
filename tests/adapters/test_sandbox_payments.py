"""The sandbox as plaza asks it, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from plaza.adapters.payment_providers import open_providers
from plaza.contexts.payments.provider import (
    ActionRequired,
    Approved,
    AuthorizationRequest,
    Declined,
    Movement,
    MovementMade,
    MovementRefused,
    MovementRequest,
    NeverHeardOf,
    OutcomeNotKnown,
    PaymentProvider,
)
from plaza.kernel.loopback import LoopbackUrl
from plaza.kernel.money import Money
from plaza.settings import Settings
from sandbox_server import SECRET, Sandbox, free_port

APPROVE = "tok_approve"
# A decline would let the shopper pay once more, and a refusal is for good.
OF_NO_STATUS = b'{"reference":"ch_1","status":"under_review","code":null,"captured_minor":0}'


def settings_for(url: str, **changes: Any) -> Settings:
    given = Settings(sandbox_url=LoopbackUrl(url), manual_payments=False, secret_key=SECRET)
    return msgspec.structs.replace(given, **changes)


@asynccontextmanager
async def a_provider(url: str, timeout_s: float = 5.0) -> AsyncIterator[PaymentProvider]:
    async with open_providers(settings_for(url, payment_timeout_s=timeout_s)) as providers:
        yield providers["sandbox"]


@pytest_asyncio.fixture(loop_scope="session")
async def provider(sandbox: Sandbox) -> AsyncIterator[PaymentProvider]:
    async with a_provider(sandbox.url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def hurried(sandbox: Sandbox) -> AsyncIterator[PaymentProvider]:
    """One that waits for a tenth of a second only."""
    async with a_provider(sandbox.url, timeout_s=0.1) as opened:
        yield opened


def a_request(token: str = APPROVE, **changes: Any) -> AuthorizationRequest:
    request = AuthorizationRequest(
        operation_id=uuid4(),
        amount=Money(4900, "GBP"),
        token=token,
        captures=True,
        order_number=f"N-{uuid4().hex[:8]}",
    )
    return msgspec.structs.replace(request, **changes)


def a_movement(of: Approved, amount_minor: int, key: UUID | None = None) -> MovementRequest:
    money = Money(amount_minor, "GBP")
    return MovementRequest(operation_id=key or uuid4(), reference=of.reference, amount=money)


async def approved(provider: PaymentProvider, **changes: Any) -> Approved:
    outcome = await provider.authorize(a_request(**changes))
    assert isinstance(outcome, Approved)
    return outcome


async def test_what_is_approved_is_captured_if_it_is_asked_for(provider: PaymentProvider) -> None:
    assert (await approved(provider)).is_captured
    assert not (await approved(provider, captures=False)).is_captured


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("tok_decline", "card_declined"),
        ("tok_decline_insufficient_funds", "insufficient_funds"),
        ("tok_of_another_provider", "unknown_token"),
    ],
)
async def test_a_decline_says_why(provider: PaymentProvider, token: str, code: str) -> None:
    request = a_request(token)
    assert await provider.authorize(request) == Declined(code=code)
    assert await provider.find(request.operation_id, closes=False) == Declined(code=code)


# fault 45
async def test_fifty_requests_of_one_key_at_once_charge_once(
    provider: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request()
    outcomes = await asyncio.gather(*(provider.authorize(request) for _ in range(50)))
    assert isinstance(outcomes[0], Approved)
    assert set(outcomes) == {outcomes[0]}
    (charge,) = sandbox.charges_of(request.order_number)
    assert (charge["amount_minor"], charge["captured_minor"]) == (4900, 4900)


async def test_a_key_stands_for_one_amount(provider: PaymentProvider, sandbox: Sandbox) -> None:
    request = a_request()
    first = await provider.authorize(request)
    more = msgspec.structs.replace(request, amount=Money(9900, "GBP"))
    # No decline: that would say that nothing was charged under the key.
    assert await provider.authorize(more) == OutcomeNotKnown()
    assert await provider.find(request.operation_id, closes=True) == first
    (charge,) = sandbox.charges_of(request.order_number)
    assert charge["captured_minor"] == 4900


# fault 57
async def test_a_time_out_after_charging_is_found_out_and_never_charged_again(
    provider: PaymentProvider, hurried: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request("tok_timeout_after_charge")
    assert await hurried.authorize(request) == OutcomeNotKnown()
    found = await provider.find(request.operation_id, closes=True)
    assert isinstance(found, Approved)
    assert found.is_captured
    assert await provider.authorize(request) == found
    assert len(sandbox.charges_of(request.order_number)) == 1


async def test_a_slow_approval_is_one(provider: PaymentProvider, hurried: PaymentProvider) -> None:
    patient, given_up = a_request("tok_slow"), a_request("tok_slow")
    assert isinstance(await provider.authorize(patient), Approved)
    assert await hurried.authorize(given_up) == OutcomeNotKnown()


# fault 57
async def test_what_is_given_up_before_it_comes_is_refused_when_it_comes(
    provider: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request("tok_slow")
    with sandbox.behaving(slow_s=0.5):
        coming = asyncio.create_task(provider.authorize(request))
        assert await provider.find(request.operation_id, closes=False) == NeverHeardOf()
        assert await provider.find(request.operation_id, closes=True) == NeverHeardOf()
        assert await coming == Declined(code="closed")
    assert sandbox.charges_of(request.order_number)[0]["captured_minor"] == 0


async def test_the_shopper_decides_on_a_page_and_the_first_answer_counts(
    provider: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request("tok_action_required")
    asked = await provider.authorize(request)
    assert isinstance(asked, ActionRequired)
    assert asked.next_action.type == "redirect"
    url = asked.next_action.url
    assert url is not None
    assert await provider.find(request.operation_id, closes=False) == asked

    async with httpx.AsyncClient(trust_env=False) as browser:
        page = (await browser.get(url)).raise_for_status()
        assert request.order_number in page.text
        assert "49.00 GBP" in page.text
    await asyncio.to_thread(sandbox.answer, url, "approve")
    said = await asyncio.to_thread(sandbox.answer, url, "decline")
    assert "Approved" in said
    assert isinstance(await provider.find(request.operation_id, closes=False), Approved)


async def test_what_is_given_up_cannot_be_approved_any_more(
    provider: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request("tok_action_required")
    asked = await provider.authorize(request)
    assert isinstance(asked, ActionRequired)
    assert asked.next_action.url is not None
    assert await provider.find(request.operation_id, closes=True) == Declined(code="closed")
    said = await asyncio.to_thread(sandbox.answer, asked.next_action.url, "approve")
    assert "waits for this no more" in said
    assert await provider.find(request.operation_id, closes=False) == Declined(code="closed")


async def test_money_moves_back_and_forth_within_what_there_is(provider: PaymentProvider) -> None:
    charge = await approved(provider, captures=False)
    said: list[Movement] = [
        await provider.capture(a_movement(charge, 3000)),
        await provider.capture(a_movement(charge, 1901)),
        await provider.void(a_movement(charge, 1900)),
        await provider.void(a_movement(charge, 1)),
        await provider.refund(a_movement(charge, 3001)),
        await provider.refund(a_movement(charge, 1000)),
        await provider.refund(a_movement(charge, 2000)),
        await provider.refund(a_movement(charge, 1)),
    ]
    returned = MovementMade(reference=charge.reference)
    assert said == [
        returned,
        MovementRefused(code="capture_exceeds_rest"),
        returned,
        MovementRefused(code="void_exceeds_rest"),
        MovementRefused(code="refund_exceeds_rest"),
        returned,
        returned,
        MovementRefused(code="refund_exceeds_rest"),
    ]


async def test_a_movement_is_made_once_under_its_key(
    provider: PaymentProvider, sandbox: Sandbox
) -> None:
    request = a_request()
    charge = await provider.authorize(request)
    assert isinstance(charge, Approved)
    asked = a_movement(charge, 1000)
    moved = await asyncio.gather(*(provider.refund(asked) for _ in range(20)))
    assert set(moved) == {MovementMade(reference=charge.reference)}
    assert sandbox.charges_of(request.order_number)[0]["refunded_minor"] == 1000
    assert await provider.refund(a_movement(charge, 999, asked.operation_id)) == OutcomeNotKnown()
    unknown = Approved(reference="ch_of_nobody", is_captured=True)
    refused = await provider.refund(a_movement(unknown, 1))
    assert refused == MovementRefused(code="unknown_reference")


async def test_nobody_at_the_address_is_an_outcome_not_known() -> None:
    async with a_provider(f"http://127.0.0.1:{free_port()}") as nobody:
        assert await nobody.authorize(a_request()) == OutcomeNotKnown()
        assert await nobody.find(uuid4(), closes=True) == OutcomeNotKnown()
        charge = Approved(reference="ch_x", is_captured=True)
        assert await nobody.refund(a_movement(charge, 1)) == OutcomeNotKnown()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(OF_NO_STATUS), OF_NO_STATUS),
    ],
    ids=["an error", "no JSON", "cut off", "a redirect", "no HTTP", "nothing", "another status"],
)
async def test_an_answer_that_is_not_clear_is_an_outcome_not_known(answer: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with a_provider(f"http://127.0.0.1:{port}") as unclear:
            assert await unclear.authorize(a_request()) == OutcomeNotKnown()
            assert await unclear.find(uuid4(), closes=False) == OutcomeNotKnown()
            charge = Approved(reference="ch_x", is_captured=True)
            assert await unclear.refund(a_movement(charge, 1)) == OutcomeNotKnown()
