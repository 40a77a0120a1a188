"""`plaza projections rebuild` and what follows it: verify, switch, rollback, retire."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import rich_click as click

from plaza.bootstrap import ASKED, SNAPSHOTS
from plaza.entrypoints.cli_commands.named_projection import NamedProjection
from plaza.entrypoints.cli_commands.progress_bar import progress_bar
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.operations.audits import Audit
from plaza.operations.rebuilds import Rebuilds, rebuilds
from plaza.projecting.builds import NotBuilt
from plaza.projecting.filling import Progress as Show
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.snapshots import Source
from plaza.projecting.steps import Fenced
from plaza.projecting.verifying import Comparison
from plaza.settings import settings_from

EXIT_DIFFERS = 1
SOURCES: dict[str, Source] = {"log": "log", "snapshots": "snapshot"}
"""As one says it, and as it is stored."""

T = TypeVar("T")

NAME = click.argument("projection", metavar="NAME", type=NamedProjection())


@click.command()
@NAME
@click.option("--no-switch", is_flag=True, help="Only fill and verify it.")
@click.option(
    "--from",
    "told_by",
    type=click.Choice(sorted(SOURCES)),
    default="log",
    show_default=True,
    help="What it is filled from; `snapshots` tell the present state, and need no whole log.",
)
@click.option(
    "--vendor", metavar="SLUG-OR-ID", help="Only documents of this vendor, where they stand."
)
def rebuild(*, projection: Projection, no_switch: bool, told_by: str, vendor: str | None) -> None:
    """Build a read model anew, and have it read where it shows the same.

    The new tables are filled beside those that are read; then both are compared as of the same
    position of the log. Commands may come in meanwhile, and nobody who reads waits. The old tables
    are kept and followed, so that `rollback` leads back to them, until `retire` drops them.

    Where anything differs, nothing is switched, the documents are named, and it ends with 1. What
    was begun and killed is finished by the next projector.

    For example:

        plaza projections rebuild product_listing

        plaza projections rebuild product_listing --no-switch

        plaza projections rebuild product_listing --from snapshots

        plaza projections rebuild product_listing --vendor corner-lamps
    """
    source = SOURCES[told_by]
    if vendor is not None:
        if no_switch or source != "log":
            message = "--vendor rebuilds from the log and in place: leave the other options out."
            raise click.UsageError(message)
        _rebuild_of_vendor(projection, vendor)
        return

    async def rebuilt(work: Rebuilds, show: Show) -> Comparison:
        build = await work.begin(projection, switches=not no_switch, source=source)
        found = await work.fill(projection, build, show)
        if not (no_switch or found.total):
            await work.switch_to(projection, build)
        return found

    found = _done(rebuilt, f"Rebuilding {projection.name}")
    _conclude(found)
    _aside("It is ready: `plaza projections switch`." if no_switch else "It is read from now on.")


def _rebuild_of_vendor(projection: Projection, vendor: str) -> None:
    """Documents of one vendor, in the build that is read."""

    async def rebuilt(work: Rebuilds, show: Show) -> Audit:
        return await work.rebuild_vendor(projection, vendor, show)

    audit = _done(rebuilt, f"Rebuilding {projection.name} of {vendor}")
    for found in audit.differences:
        click.echo(f"{found.document}  {found.key}  {found.kind}")
    for (table, key), reason in audit.left.items():
        _aside(f"{table}  {key}  cannot be rebuilt: {reason}")
    mended = len(audit.repaired)
    _aside(f"{audit.documents - len(audit.differences):,} documents were right, {mended:,} mended.")
    if mended < len(audit.differences):
        sys.exit(EXIT_DIFFERS)


@click.command()
@NAME
def verify(*, projection: Projection) -> None:
    """Compare the build that is ready with the one that is read.

    Both are looked at as of the same position of the log, by counts and checksums of all their
    rows. Ends with 1 when something differs.

    For example:

        plaza projections verify product_listing
    """

    async def verified(work: Rebuilds, show: Show) -> Comparison:
        return await work.verify(projection, show)

    _conclude(_done(verified, f"Verifying {projection.name}"))


@click.command()
@NAME
@click.option("--accept-differences", is_flag=True, help="Also where it shows something else.")
def switch(*, projection: Projection, accept_differences: bool) -> None:
    """Have the build read that is ready.

    For example:

        plaza projections switch product_listing

        plaza projections switch product_listing --accept-differences
    """

    async def switched(work: Rebuilds, _: Show) -> int:
        return await work.switch(projection, accept_differences=accept_differences)

    build = _done(switched, f"Switching {projection.name}")
    _aside(f"Build {build} of {projection.name} is read from now on; the other one is kept.")


@click.command()
@NAME
def rollback(*, projection: Projection) -> None:
    """Have the build read again that was read before.

    For example:

        plaza projections rollback product_listing
    """

    async def rolled_back(work: Rebuilds, _: Show) -> int:
        return await work.rollback(projection)

    build = _done(rolled_back, f"Going back with {projection.name}")
    _aside(f"Build {build} of {projection.name} is read again; the other one is kept.")


@click.command()
@NAME
@click.option("--build", type=click.IntRange(1, 2**31 - 1), help="Only this one.")
def retire(*, projection: Projection, build: int | None) -> None:
    """Drop the builds that are not read: what is kept, ready or half filled.

    For example:

        plaza projections retire product_listing

        plaza projections retire product_listing --build 2
    """

    async def retired(work: Rebuilds, _: Show) -> list[int]:
        return await work.retire(projection, build)

    builds = _done(retired, f"Retiring builds of {projection.name}")
    _aside(f"Dropped of {projection.name}: {', '.join(f'build {n}' for n in builds)}.")


BUILD_COMMANDS = [rebuild, verify, switch, rollback, retire]


def _done(ask: Callable[[Rebuilds, Show], Coroutine[Any, Any, T]], what: str) -> T:
    async def asked() -> T:
        with progress_bar(what) as show:
            async with rebuilds(connected.settings, ASKED, SNAPSHOTS) as work:
                return await ask(work, show)

    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        try:
            return asyncio.run(asked())
        except (LogIncomplete, NotBuilt) as error:
            raise click.ClickException(str(error)) from error
        except Fenced as error:
            message = "Followers were faster each time: not all was written. Try again."
            raise click.ClickException(message) from error


def _conclude(found: Comparison) -> None:
    """Say how it stands, beside what may be read by a program."""
    for difference in found.named:
        click.echo(f"{difference.document}  {difference.key}  {difference.found}")
    if found.total:
        _aside(f"{found.total:,} documents differ from the build that is read.")
        sys.exit(EXIT_DIFFERS)
    _aside(f"All {found.rows:,} rows are the same.")


def _aside(line: str) -> None:
    click.echo(line, err=True)
