"""What the sandbox tells by itself, to a receiver that is not always in the mood."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from plaza.adapters.sandbox_payments import WEBHOOK_KEY, SandboxPayments
from plaza.contexts.payments.provider import Approved, Declined, MovementMade, ProviderEvent
from plaza.entrypoints.sandbox import webhook_sender
from plaza.kernel.keys import derived_key
from sandbox_server import SECRET, Sandbox, running_sandbox, sandbox_settings

TIMEOUT_S = 10.0


@dataclass
class Receiver:
    """Takes messages as plaza does, after the answers that it is told to give first."""

    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[ProviderEvent]:
        """What has arrived, in order, each verified."""
        key = derived_key(SECRET.encode(), WEBHOOK_KEY)
        provider = SandboxPayments(httpx.AsyncClient(), key, timeout_s=1)
        return [
            provider.event_in(headers, body, datetime.now(UTC))
            for _, headers, body in list(self.received)
        ]

    def until_received(self, count: int) -> list[ProviderEvent]:
        _until(lambda: len(self.received) >= count)
        return self.events()


@contextmanager
def _serving(receiver: Receiver) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append((self.path, dict(self.headers.items()), body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing to be said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def told(receiver: Receiver, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose plaza is the receiver."""
    with (
        _serving(receiver) as port,
        running_sandbox(sandbox_settings(tmp_path, port=port, sandbox_webhooks=True)) as running,
    ):
        yield running


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def authorize(sandbox: Sandbox, token: str, key: str | None = None) -> dict[str, Any]:
    asked = {
        "amount_minor": 4900,
        "currency": "GBP",
        "token": token,
        "captures": True,
        "order_number": "N-1",
    }
    place = f"{sandbox.url}/authorizations/{key or uuid4()}"
    charge: dict[str, Any] = httpx.put(place, json=asked).raise_for_status().json()
    return charge


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_the_shoppers_decision_is_told(told: Sandbox, receiver: Receiver, decision: str) -> None:
    charge = authorize(told, "tok_action_required")
    for _ in range(2):
        told.answer(charge["redirect_url"], decision)
    (event,) = receiver.until_received(1)
    assert receiver.received[0][0] == "/v1/payment-providers/sandbox/webhooks"
    assert str(event.operation_id) == charge["key"]
    if decision == "approve":
        assert event.outcome == Approved(reference=charge["reference"], is_captured=True)
    else:
        assert event.outcome == Declined(code="declined_by_shopper")
    _until(lambda: bool(told.messages(charge["key"])[0]["is_delivered"]))
    assert len(receiver.received) == 1


# fault 57
def test_what_nobody_waited_for_is_told(told: Sandbox, receiver: Receiver) -> None:
    key = str(uuid4())
    with told.behaving(hangs_s=0.1):
        authorize(told, "tok_timeout_after_charge", key)
    (event,) = receiver.until_received(1)
    assert str(event.operation_id) == key
    assert isinstance(event.outcome, Approved)


def test_what_was_answered_is_told_only_if_everything_is(told: Sandbox, receiver: Receiver) -> None:
    unsaid = authorize(told, "tok_approve")
    with told.behaving(tells_all=True):
        said = authorize(told, "tok_approve")
        refund = {"reference": said["reference"], "amount_minor": 900, "currency": "GBP"}
        httpx.put(f"{told.url}/refunds/{uuid4()}", json=refund).raise_for_status()
    approved, refunded = sorted(receiver.until_received(2), key=lambda event: event.type)
    assert str(approved.operation_id) == said["key"]
    assert refunded.outcome == MovementMade(reference=said["reference"])
    assert told.messages(unsaid["key"]) == []


def test_what_its_shopper_has_to_decide_is_told_when_it_is_decided(
    told: Sandbox, receiver: Receiver
) -> None:
    with told.behaving(tells_all=True):
        charge = authorize(told, "tok_action_required")
        assert told.messages(charge["key"]) == []
        told.answer(charge["redirect_url"], "approve")
    (event,) = receiver.until_received(1)
    assert isinstance(event.outcome, Approved)


def test_a_message_is_sent_again_under_its_id_until_it_is_taken(
    told: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "RETRY_S_MIN", 0.02)
    receiver.answers += [503, 400, 302]
    charge = authorize(told, "tok_action_required")
    told.answer(charge["redirect_url"], "approve")
    events = receiver.until_received(4)
    assert len({event.event_id for event in events}) == 1
    _until(lambda: bool(told.messages(charge["key"])[0]["is_delivered"]))
    (message,) = told.messages(charge["key"])
    assert (message["attempts"], message["last_answer"]) == (4, "204")


# fault 58
def test_messages_can_be_late_repeated_and_reordered(told: Sandbox, receiver: Receiver) -> None:
    with told.behaving(tells_all=True, webhook_delay_s=0.5, webhook_copies=3, newest_first=True):
        first = authorize(told, "tok_approve")
        refund = {"reference": first["reference"], "amount_minor": 900, "currency": "GBP"}
        httpx.put(f"{told.url}/refunds/{uuid4()}", json=refund).raise_for_status()
        assert receiver.received == []
        events = receiver.until_received(6)
    kinds = [event.type for event in events]
    assert kinds == 3 * ["refund.returned"] + 3 * ["authorization.approved"]
    assert len({event.event_id for event in events}) == 2


# fault 58
def test_messages_wait_for_a_receiver_that_is_not_there(tmp_path: Path) -> None:
    receiver, folder = Receiver(), tmp_path
    with running_sandbox(sandbox_settings(folder, sandbox_webhooks=False)) as quiet:
        charge = authorize(quiet, "tok_action_required")
        quiet.answer(charge["redirect_url"], "approve")
        assert not quiet.messages(charge["key"])[0]["is_delivered"]
    with (
        _serving(receiver) as port,
        running_sandbox(sandbox_settings(folder, port=port, sandbox_webhooks=True)),
    ):
        (event,) = receiver.until_received(1)
    assert str(event.operation_id) == charge["key"]
