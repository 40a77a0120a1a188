"""`plaza projections audit`: whether what is shown is what the log says."""

import asyncio
import sys

import msgspec
import rich_click as click

from plaza.entrypoints.cli_commands.named_projection import NamedProjection
from plaza.entrypoints.cli_commands.progress_bar import progress_bar
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.operations.audits import Audit, audit_some, audit_whole, auditing
from plaza.projecting.auditing import Difference
from plaza.projecting.builds import NotBuilt
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.steps import Fenced
from plaza.settings import Settings, settings_from

EXIT_DIFFERS = 1


@click.command()
@click.argument("projection", metavar="NAME", type=NamedProjection())
@click.option("--full", is_flag=True, help="All documents, in place of some chosen at random.")
@click.option("--repair", is_flag=True, help="Write those that differ anew, and no others.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def audit(*, projection: Projection, full: bool, repair: bool, as_json: bool) -> None:
    """Compare a read model's rows with what the log says, as of the same position.

    Each document that differs is printed: rows that are `missing`, `surplus` or say something
    `other`, or rows that are right of a document that is `remembered` otherwise. Parked documents
    are left out. Orders may come in meanwhile.

    Ends with 1 when something differs and is not put right.

    For example:

        plaza projections audit product_page

        plaza projections audit product_page --full --repair
    """
    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        try:
            found = asyncio.run(
                _audited(connected.settings, projection, is_full=full, repairs=repair)
            )
        except (LogIncomplete, NotBuilt) as error:
            raise click.ClickException(str(error)) from error
        except Fenced as error:
            message = "Followers were faster each time; nothing was repaired. Try again."
            raise click.ClickException(message) from error
    for difference in found.differences:
        click.echo(_line(difference, found, as_json=as_json))
    _conclude(found)


async def _audited(
    settings: Settings, projection: Projection, *, is_full: bool, repairs: bool
) -> Audit:
    async with auditing(settings) as work:
        if not is_full:
            # Zero turns the clock's audits off, not those that somebody asks for.
            count = max(settings.audited_keys, 1)
            return await audit_some(work, projection, count, repairs=repairs)
        with progress_bar(f"Auditing {projection.name}") as show:
            return await audit_whole(work, projection, show, repairs=repairs)


def _line(found: Difference, audit: Audit, *, as_json: bool) -> str:
    is_repaired = found.place in audit.repaired
    if as_json:
        told = {**msgspec.structs.asdict(found), "repaired": is_repaired}
        return msgspec.json.encode(told).decode()
    return f"{found.document}  {found.key}  {found.kind}{'  repaired' if is_repaired else ''}"


def _conclude(audit: Audit) -> None:
    """Say how it stands, beside what may be read by a program."""
    for (table, key), reason in audit.left.items():
        _aside(f"{table}  {key}  cannot be compared: {reason}")
    differing, repaired = len(audit.differences), len(audit.repaired)
    _aside(
        f"{differing:,} of {audit.documents:,} documents differ from the log up to position "
        f"{audit.upto:,}; {repaired:,} were put right."
    )
    if repaired < differing:
        sys.exit(EXIT_DIFFERS)


def _aside(line: str) -> None:
    click.echo(line, err=True)
