"""Routes about what was done: one's own commands, and the audit of a vendor or of everything."""

from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from plaza.kernel.actor import MARKET, Surface
from plaza.operations.journal import (
    Asked,
    AuditEntryList,
    CommandState,
    Giver,
    Outcome,
    audit_entries,
    command_state,
)
from plaza.operations.readiness import Readiness
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.pools import PrivateReads
from plaza.reading.watermarks import Watermarks
from plaza.web.answering import private_answer
from plaza.web.authentication import caller_known, is_operator, member_with, operator_only
from plaza.web.callers import AnyCaller, Caller, caller_in
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.request import PlazaRequest


@get(
    "/v1/commands/{command:uuid}",
    operation_id="getCommand",
    guards=[caller_known],
    responses=answers(CommandState),
)
async def one_command(
    command: FromPath[UUID],
    request: PlazaRequest,
    reads: NamedDependency[PrivateReads],
    watermarks: NamedDependency[Watermarks],
    state_of: NamedDependency[Readiness],
) -> Response[bytes]:
    """What became of a command that you gave, and which read models show it.

    Its id stands in the header `Plaza-Command` of its answer.
    """
    caller = caller_in(request.scope)
    assert caller is not None
    giver, surface = _giver(caller)
    # Processes have marks too, but nothing that anybody could read.
    marks = {name: watermarks.of(name) for name in state_of.projections}
    state = await command_state(reads, surface, marks, command, giver)
    return private_answer(msgspec.json.encode(state), {})


@get(
    "/v1/operations/audit",
    operation_id="listAuditEntries",
    guards=[operator_only],
    responses=answers(AuditEntryList),
)
async def all_entries(
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    vendor: FromQuery[UUID | None] = None,
    account: FromQuery[UUID | None] = None,
    subject: FromQuery[UUID | None] = None,
    outcome: FromQuery[Outcome | None] = None,
) -> Response[bytes]:
    """Who did what to what, the newest first."""
    asked = Asked(vendor_id=vendor, account_id=account, subject_id=subject, outcome=outcome)
    entries = await audit_entries(reads, MARKET, cursors, asked, limit, cursor)
    return private_answer(msgspec.json.encode(entries), {})


@get(
    "/v1/vendors/{vendor:uuid}/audit",
    operation_id="listVendorAuditEntries",
    guards=[member_with("owner")],
    responses=answers(AuditEntryList),
)
async def vendors_entries(
    vendor: FromPath[UUID],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    outcome: FromQuery[Outcome | None] = None,
) -> Response[bytes]:
    """Who did what to the vendor and to what it owns, the newest first."""
    asked = Asked(vendor_id=vendor, outcome=outcome)
    surface = Surface(vendor_id=vendor)
    entries = await audit_entries(reads, surface, cursors, asked, limit, cursor)
    return private_answer(msgspec.json.encode(entries), {})


def _giver(caller: AnyCaller) -> tuple[Giver, Surface]:
    """Who asks, and the rows that the database lets them see."""
    if is_operator(caller):
        return Giver(is_operator=True), MARKET
    if isinstance(caller, Caller):
        return Giver(account_id=caller.account_id), Surface(account_id=caller.account_id)
    standing = caller.standing
    return Giver(api_key_id=standing.key_id), Surface(vendor_id=standing.vendor_id)


ROUTES = [one_command, all_entries, vendors_entries]
