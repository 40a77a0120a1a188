"""What is believed of a message: the published test vector, and what is altered of it."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from plaza.adapters.sandbox_payments import SandboxPayments
from plaza.adapters.webhook_signatures import verified_id
from plaza.contexts.payments.provider import (
    Approved,
    Declined,
    MovementMade,
    MovementRefused,
    WebhookRefused,
)

# The vector of the specification's own libraries (standardwebhooks.com).
KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT_AT = datetime.fromtimestamp(1_614_265_330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {
    "webhook-id": MESSAGE_ID,
    "webhook-timestamp": "1614265330",
    "webhook-signature": SIGNATURE,
}


def refused(
    headers: Mapping[str, str], body: bytes = BODY, now: datetime = SENT_AT, key: bytes = KEY
) -> str:
    with pytest.raises(WebhookRefused) as refusal:
        verified_id(key, headers, body, now)
    return refusal.value.detail


def test_the_published_vector_is_believed() -> None:
    assert verified_id(KEY, HEADERS, BODY, SENT_AT) == MESSAGE_ID


def test_names_of_headers_have_no_case_and_one_good_signature_is_enough() -> None:
    headers = {name.title(): text for name, text in HEADERS.items()}
    headers["Webhook-Signature"] = f"v1,bm9wZQ== v1a,bm9wZQ== {SIGNATURE} v2"
    assert verified_id(KEY, headers, BODY, SENT_AT) == MESSAGE_ID


# fault 59
@given(position=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_one_altered_bit_is_refused(position: int, bit: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= 1 << bit
    refused(HEADERS, bytes(altered))


# fault 59
@pytest.mark.parametrize("missing", HEADERS)
def test_a_missing_header_is_refused(missing: str) -> None:
    assert refused({name: text for name, text in HEADERS.items() if name != missing})
    assert refused(HEADERS | {missing: ""})


# fault 59
def test_another_secret_is_refused() -> None:
    assert "signature" in refused(HEADERS, key=KEY[:-1] + b"x")


# fault 59
@pytest.mark.parametrize("away_s", [301, -301])
def test_what_is_older_or_newer_than_five_minutes_is_refused(away_s: int) -> None:
    within = timedelta(seconds=299 if away_s > 0 else -299)
    assert verified_id(KEY, HEADERS, BODY, SENT_AT + within) == MESSAGE_ID
    assert "too old" in refused(HEADERS, now=SENT_AT + timedelta(seconds=away_s))


# fault 59
@pytest.mark.parametrize("name", HEADERS)
@given(text=st.text(max_size=60))
def test_no_header_makes_it_stumble(name: str, text: str) -> None:
    # A signature is one among others, and may have company.
    if SIGNATURE not in text and text != HEADERS[name]:
        refused(HEADERS | {name: text})


@pytest.mark.parametrize(
    "timestamp", ["1614265330.5", "+1614265330", "16142653\uff130", "9" * 12, "9" * 400]
)
def test_a_timestamp_has_one_spelling(timestamp: str) -> None:
    assert refused(HEADERS | {"webhook-timestamp": timestamp})


def event_of(body: dict[str, Any]) -> Any:
    """The event in a message that is signed as it should be."""
    content = json.dumps(body)
    signature = Webhook(KEY).sign(MESSAGE_ID, SENT_AT, content)
    provider = SandboxPayments(httpx.AsyncClient(), KEY, timeout_s=1)
    return provider.event_in(HEADERS | {"webhook-signature": signature}, content.encode(), SENT_AT)


@pytest.mark.parametrize(
    ("kind", "told", "outcome"),
    [
        (
            "authorization.approved",
            {"is_captured": True},
            Approved(reference="ch_1", is_captured=True),
        ),
        ("authorization.declined", {"code": "no_funds"}, Declined(code="no_funds")),
        ("authorization.closed", {"code": "closed"}, Declined(code="closed")),
        ("capture.returned", {}, MovementMade(reference="ch_1")),
        ("void.returned", {}, MovementMade(reference="ch_1")),
        ("refund.refused", {"code": "too_much"}, MovementRefused(code="too_much")),
    ],
)
def test_a_message_says_what_became_of_an_operation(
    kind: str, told: dict[str, Any], outcome: object
) -> None:
    key = uuid4()
    event = event_of(
        {
            "type": kind,
            "timestamp": "2026-11-21T10:00:00Z",
            "data": {"key": str(key), "reference": "ch_1", **told},
        }
    )
    assert (event.event_id, event.type, event.operation_id) == (MESSAGE_ID, kind, key)
    assert event.outcome == outcome
    assert event.occurred_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "authorization.approved", "timestamp": "2026-11-21T10:00:00Z", "data": {}},
        {
            "type": "weather.changed",
            "timestamp": "2026-11-21T10:00:00Z",
            "data": {"key": str(uuid4()), "reference": "ch_1"},
        },
    ],
)
def test_a_message_of_another_kind_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(WebhookRefused):
        event_of(body)
