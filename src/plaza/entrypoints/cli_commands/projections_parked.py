"""`plaza projections show`, `retry` and `skip`: what stands still, and what becomes of it."""

import asyncio
from uuid import UUID

import asyncpg
import msgspec
import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.installation import retry_parked, skip_parked
from plaza.entrypoints.reachable import check_installation
from plaza.kernel.refusals import NotThere
from plaza.operations.projections.parked import (
    ParkedDocument,
    ParkedList,
    SkipParked,
    list_parked,
)
from plaza.settings import Settings, settings_from

REASON_LENGTH_MAX = 500


class NothingParked(NotThere):
    code = "nothing_parked"
    title = "Nothing of it is parked"

    def __str__(self) -> str:
        return (
            "Nothing like that is parked: `plaza projections list` names what follows the log, "
            "and `plaza projections show NAME` what is parked of it."
        )


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(*, name: str, as_json: bool) -> None:
    """What stands still of the read model or process NAME, since when, and why.

    A document that a fact breaks is parked: its facts are held in their order, and tried again
    after 1, 5, 30 and then every 120 minutes, while all others go on. Where too much fails, the
    whole read model stops, and goes on showing what it showed.

    For example:

        plaza projections show product_page

        plaza projections show product_page --json | jq '.items[].key'
    """
    with connected_settings(settings_from(), start=False, say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        listed = asyncio.run(_listed(connected.settings, name))
    if as_json:
        click.echo(msgspec.json.encode(listed).decode())
        return
    for build in listed.stopped:
        click.echo(f"Build {build.build} is stopped since {build.since:%Y-%m-%d %H:%M:%S %Z}.")
        click.echo(f"  {build.error}")
    for document in listed.items:
        click.echo(_told(document))
    if not listed.items and not listed.stopped:
        click.echo("Nothing of it is parked.")


@click.command()
@click.argument("name")
@click.option("--key", type=click.UUID, help="Of the document that is to be tried again.")
@click.option("--all", "everything", is_flag=True, help="All documents, and what is stopped.")
def retry(*, name: str, key: UUID | None, everything: bool) -> None:
    """Try again now what is parked of NAME, once what was wrong is mended.

    Its follower does so within a second or two, in the order of the log; `plaza projections show`
    tells what is left.

    For example:

        plaza projections retry product_page --key 0199c2a4-7d5e-7b1c-8f6d-2b9a4c1e3f50

        plaza projections retry product_page --all
    """
    if everything == (key is not None):
        raise click.UsageError("Say what to try again: --key of a document, or --all.")
    with connected_settings(settings_from(), start=False, say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        try:
            retried = asyncio.run(retry_parked(connected.settings, name, key))
        except NotThere as refusal:
            raise NothingParked from refusal
    started = ", and the read model starts again" if retried.started else ""
    noun = "document" if retried.documents == 1 else "documents"
    click.echo(f"Trying {retried.documents:,} {noun} again{started}.")


@click.command()
@click.argument("name")
@click.option("--key", type=click.UUID, required=True, help="Of the document.")
@click.option("--document", help="Its table, where the key is parked in several.")
@click.option("--reason", required=True, help="Why; it stands in the journal.")
def skip(*, name: str, key: UUID, document: str | None, reason: str) -> None:
    """Leave out for good the facts that are held for a document of NAME, and go on with the next.

    The document then does not show what they said. What it should have been is found again by
    building the read model anew, once what was wrong is mended.

    For example:

        plaza projections skip product_page --key 0199c2a4-7d5e-7b1c-8f6d-2b9a4c1e3f50
        --reason "The slug was taken twice: ticket 1234"
    """
    if not reason.strip() or len(reason) > REASON_LENGTH_MAX:
        raise click.UsageError(f"Give a reason of 1 to {REASON_LENGTH_MAX} characters.")
    with connected_settings(settings_from(), start=False, say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        for table in asyncio.run(_tables(connected.settings, name, key, document)):
            command = SkipParked(projection=name, document=table, key=key, reason=reason)
            skipped = asyncio.run(skip_parked(connected.settings, command))
            click.echo(f"Leaving out {skipped.facts:,} facts of {table} {key}.")


async def _tables(settings: Settings, name: str, key: UUID, document: str | None) -> list[str]:
    listed = await _listed(settings, name)
    tables = sorted({item.document for item in listed.items if item.key == key})
    if not tables or (document is not None and document not in tables):
        raise NothingParked
    return tables if document is None else [document]


async def _listed(settings: Settings, name: str) -> ParkedList:
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "default_transaction_read_only": "on"},
    )
    try:
        return await list_parked(connection, name)
    except NotThere as refusal:
        raise NothingParked from refusal
    finally:
        await connection.close()


def _told(document: ParkedDocument) -> str:
    tried = f"tried {document.attempts} times, next {document.retry_at:%Y-%m-%d %H:%M:%S %Z}"
    return (
        f"{document.document} {document.key}  build {document.build}  "
        f"since {document.since:%Y-%m-%d %H:%M:%S %Z}  {document.held_facts:,} facts from "
        f"position {document.position:,}  {tried}\n  {document.error}"
    )


def _aside(line: str) -> None:
    click.echo(line, err=True)


PARKED_COMMANDS = (show, retry, skip)
