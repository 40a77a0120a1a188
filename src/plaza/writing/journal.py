"""The journal: who did what to what, from where, and what came of it."""

from datetime import datetime
from ipaddress import ip_network
from uuid import UUID

import msgspec

from plaza.kernel.actor import Actor, Surface
from plaza.kernel.event import Event
from plaza.kernel.networks import address_in

NETWORK_BITS = {4: 24, 6: 48}
"""How much of an address is kept: the network, which names no person."""

ID = "_id"
"""How the names of a command's fields end that hold the id of something."""

# A part of the statement that ends a command, which gives `last` the last of its facts.
KEEP = """
    INSERT INTO writing.journal (id, accepted_at, actor, command, operation, path, network,
        account_id, session_id, api_key_id, vendor_id, outcome, code, subjects, last_event,
        correlation_id, reason)
    SELECT id, accepted_at, actor, command, operation, path, CAST(network AS cidr), account_id,
        session_id, api_key_id, vendor_id, outcome, code, subjects, last.event,
        correlation_id, reason
    FROM last, jsonb_to_recordset($2::text::jsonb) AS (id uuid, accepted_at timestamptz, actor text,
        command text, operation text, path text, network text, account_id uuid, session_id uuid,
        api_key_id uuid, vendor_id uuid, outcome text, code text, subjects jsonb,
        correlation_id uuid, reason text)
"""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """The request that a command came by.

    Attributes:
        network: where it came from, see `network_of`.
    """

    operation: str
    path: str
    network: str | None = None
    session_id: UUID | None = None


class Entry(msgspec.Struct, kw_only=True):
    """One command in the journal."""

    id: UUID
    accepted_at: datetime
    actor: str
    command: str
    operation: str | None = None
    path: str | None = None
    network: str | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    vendor_id: UUID | None = None
    outcome: str = "applied"
    code: str | None = None
    subjects: list[dict[str, str]] = []
    correlation_id: UUID
    reason: str | None = None


def begun_entry(
    *,
    command_id: UUID,
    command: str,
    actor: Actor,
    surface: Surface,
    occasion: Occasion | None,
    correlation_id: UUID,
    now: datetime,
) -> Entry:
    """The entry as far as it is known before the command has run."""
    entry = Entry(
        id=command_id,
        accepted_at=now,
        actor=str(actor),
        command=command,
        account_id=actor.id if actor.kind == "account" else None,
        api_key_id=actor.id if actor.kind == "api_key" else None,
        vendor_id=surface.vendor_id,
        correlation_id=correlation_id,
    )
    if occasion is not None:
        entry.operation, entry.path = occasion.operation, occasion.path
        entry.network, entry.session_id = occasion.network, occasion.session_id
    return entry


def tell_events(
    entry: Entry,
    events: list[Event],
    about: dict[str, UUID] | None = None,
    reason: str | None = None,
) -> None:
    """Add to the entry what the command has changed.

    Args:
        entry: of the command.
        events: the facts that it leaves.
        about: what it has changed that no fact tells of, by kind.
        reason: why, where whoever asked had to say so.
    """
    changed = {(event.AGGREGATE, str(event.aggregate_id)) for event in events}
    changed |= {(kind, str(subject)) for kind, subject in (about or {}).items()}
    entry.reason = reason
    entry.subjects = [{"type": kind, "id": subject} for kind, subject in sorted(changed)]
    vendors = {getattr(event, "vendor_id", None) for event in events}
    if entry.vendor_id is None and len(vendors) == 1:
        (entry.vendor_id,) = vendors


def tell_refusal(entry: Entry, command: object, code: str) -> None:
    """Add to the entry why nothing was changed, and what the command was about."""
    named = {name: getattr(command, name) for name in getattr(command, "__struct_fields__", ())}
    about = {name[: -len(ID)]: n for name, n in named.items() if name.endswith(ID) and n}
    entry.outcome, entry.code = "refused", code
    entry.subjects = [{"type": kind, "id": str(subject)} for kind, subject in about.items()]
    entry.vendor_id = entry.vendor_id or about.get("vendor")


def network_of(address: str | None) -> str | None:
    """The network of an address, which tells where a request came from, but not from whom.

    The path of a Unix socket, or a name in tests, is not an address and has no network.
    """
    known = address_in(address or "")
    if known is None:
        return None
    return str(ip_network(f"{known}/{NETWORK_BITS[known.version]}", strict=False))
