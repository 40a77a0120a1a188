"""Appending to the log, in the last statement of a command's transaction."""

from uuid import UUID

import msgspec

from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Unprocessable

PAYLOAD_SIZE_MAX_BYTES = 64 * 1024

# RETURNING gives the ids in the order of insertion; the last one has the last position. The xid is
# named, though it is the default, because so it is taken before the first id: the floor relies on
# that.
APPEND = """
    INSERT INTO outbox.event (txid, event_id, type, schema_version, aggregate_type, aggregate_id,
        version, ordinal, vendor_id, account_id, actor, command, correlation_id, causation_id,
        trace, payload)
    SELECT pg_current_xact_id(), event_id, type, schema_version, aggregate_type, aggregate_id,
        version, ordinal, vendor_id, account_id, actor, command, correlation_id, causation_id,
        trace, payload
    FROM ROWS FROM (jsonb_to_recordset($1::text::jsonb) AS (event_id uuid, type text,
        schema_version smallint, aggregate_type text, aggregate_id uuid, version bigint,
        ordinal smallint, vendor_id uuid, account_id uuid, actor text, command text,
        correlation_id uuid, causation_id uuid, trace text, payload jsonb)) WITH ORDINALITY
    ORDER BY ordinality
    RETURNING id
"""


class EventTooLarge(Unprocessable):
    code = "event_too_large"
    title = "Too much for one change"


class Origin(msgspec.Struct, frozen=True):
    """Where the events of one command come from."""

    actor: str
    command: str
    correlation_id: UUID
    causation_id: UUID | None = None
    trace: str | None = None


def rows_of(events: list[Event], origin: Origin) -> str:
    """The events as the JSON that `APPEND` takes.

    Raises:
        EventTooLarge: an event is larger than 64 KiB as JSON.
    """
    ordinals: dict[tuple[UUID, int], int] = {}
    rows = []
    for event in events:
        place = (event.aggregate_id, event.version)
        ordinals[place] = ordinals.get(place, -1) + 1
        rows.append(_row(event, ordinals[place], origin))
    return msgspec.json.encode(rows).decode()


def _row(event: Event, ordinal: int, origin: Origin) -> dict[str, object]:
    payload = msgspec.json.encode(event)
    if len(payload) > PAYLOAD_SIZE_MAX_BYTES:
        most = PAYLOAD_SIZE_MAX_BYTES
        message = f"The change is recorded in {len(payload)} bytes; at most {most} are possible."
        raise EventTooLarge(message)
    return {
        "event_id": new_id(),
        "type": event.type(),
        "schema_version": event.schema_version(),
        "aggregate_type": event.AGGREGATE,
        "aggregate_id": event.aggregate_id,
        "version": event.version,
        "ordinal": ordinal,
        "vendor_id": getattr(event, "vendor_id", None),
        "account_id": getattr(event, "account_id", None),
        "actor": origin.actor,
        "command": origin.command,
        "correlation_id": origin.correlation_id,
        "causation_id": origin.causation_id,
        "trace": origin.trace,
        "payload": msgspec.Raw(payload),
    }
