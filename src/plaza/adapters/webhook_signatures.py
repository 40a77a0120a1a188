"""Checks messages that are signed as Standard Webhooks says (standardwebhooks.com)."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

from plaza.contexts.payments.provider import WebhookRefused

TOLERANCE = timedelta(minutes=5)
TIMESTAMP_DIGITS_MAX = 12
ID_LENGTH_MAX = 200


def verified_id(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that was signed with the key within five minutes of now.

    The library's own `verify` reads the host's clock, and raises whatever a malformed header
    makes it stumble over; what is signed, and how, is asked of it.

    Raises:
        WebhookRefused: it was not, or has been altered.
    """
    given = {name.lower(): text for name, text in headers.items()}
    try:
        message_id, timestamp, signatures = (
            given[f"webhook-{name}"] for name in ("id", "timestamp", "signature")
        )
        content = body.decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise WebhookRefused("The message is not signed.") from error
    if not message_id or len(message_id) > ID_LENGTH_MAX:
        raise WebhookRefused("The message has no usable id.")
    sent_at = _moment(timestamp)
    if abs(now - sent_at) > TOLERANCE:
        raise WebhookRefused("The message is too old or not of this time.")
    wanted = Webhook(key).sign(message_id, sent_at, content).encode()
    if not any(hmac.compare_digest(wanted, one.encode()) for one in signatures.split(" ")):
        raise WebhookRefused("No signature of the message is ours.")
    return message_id


def _moment(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > TIMESTAMP_DIGITS_MAX:
        raise WebhookRefused("The message has no usable timestamp.")
    try:
        return datetime.fromtimestamp(int(timestamp), UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise WebhookRefused("The message has no usable timestamp.") from error
