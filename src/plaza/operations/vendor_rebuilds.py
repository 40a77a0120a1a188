"""Rebuilding what read models show of one vendor, where it stands, while commands go on."""

from typing import Any
from uuid import UUID

import asyncpg

from plaza.kernel.event import Event
from plaza.kernel.refusals import Conflict
from plaza.operations.audits import Audit, Auditing, Progress, audit_these
from plaza.projecting.batch import BuildTables, DocumentTable
from plaza.projecting.builds import live_build
from plaza.projecting.projection import Document, Projection
from plaza.projecting.replaying import check_complete

NAMED = "SELECT id FROM vendors.vendor WHERE slug = $1 OR id::text = lower($1)"

TOLD = """
    SELECT DISTINCT (payload ->> $3)::uuid AS key FROM outbox.event
    WHERE vendor_id = $1 AND type = ANY ($2) AND pg_input_is_valid(payload ->> $3, 'uuid')
"""

VENDOR = "vendor_id"


class NoSuchVendor(Conflict):
    code = "no_such_vendor"
    title = "There is no such vendor"


class NotOfVendors(Conflict):
    code = "not_of_vendors"
    title = "Its documents are of no vendor"


async def vendor_named(connection: asyncpg.Connection, name: str) -> UUID:
    """The vendor of a slug or an id.

    Raises:
        NoSuchVendor: there is none.
    """
    found = await connection.fetchval(NAMED, name)
    if found is None:
        raise NoSuchVendor(f"No vendor has the slug or the id {name}.")
    return UUID(int=found.int)


async def rebuild_vendor(
    work: Auditing, projection: Projection, vendor_id: UUID, progress: Progress
) -> Audit:
    """Tell the documents of a vendor anew from the log, and write those that differ.

    A document is a vendor's where a fact of that vendor is told of it, or a row of it names that
    vendor: a product's card is of all vendors that offer the product.

    Raises:
        NotOfVendors: no fact that it follows is a vendor's.
        LogIncomplete: the log does not begin at its start any more.
        NotBuilt: there is no live build.
        Fenced: followers were faster each time; documents that differ are left as they are.
    """
    check_of_vendors(projection)
    await check_complete(work.connection)
    build = await live_build(work.connection, projection)
    keys: set[UUID] = set()
    for table in (await BuildTables.of(work.connection, projection, build)).documents:
        keys |= await _keys_of(work.connection, table, vendor_id)
    return await audit_these(work, projection, sorted(keys), progress, repairs=True)


def check_of_vendors(projection: Projection) -> None:
    """See that there is something to rebuild for a vendor.

    Raises:
        NotOfVendors: there is not.
    """
    if not any(_events_of_vendors(document) for document in projection.documents):
        message = (
            f"{projection.name} has no documents of vendors: rebuild it whole, by "
            f"`plaza projections rebuild {projection.name}`."
        )
        raise NotOfVendors(message)


def _events_of_vendors(document: Document[Any]) -> list[type[Event]]:
    return [event for event in document.on if VENDOR in event.__struct_fields__]


async def _keys_of(
    connection: asyncpg.Connection, table: DocumentTable, vendor_id: UUID
) -> set[UUID]:
    """The documents of one table that are the vendor's, or are shown as if they were."""
    document = table.document
    types = [event.type() for event in _events_of_vendors(document)]
    rows = await connection.fetch(TOLD, vendor_id, types, document.key)
    if VENDOR in dict(table.columns):
        shown = f"SELECT DISTINCT {document.key} AS key FROM {table.name} WHERE {VENDOR} = $1"
        rows += await connection.fetch(shown, vendor_id)
    # The driver's own ids are of another class.
    return {UUID(int=row["key"].int) for row in rows}
