"""`plaza projections replay`: what documents looked like at a moment that is past."""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import rich_click as click

from plaza.entrypoints.cli_commands.named_projection import NamedProjection
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.operations.point_in_time import rows_at
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import LogIncomplete
from plaza.settings import settings_from

EXIT_NOTHING = 1


class Moment(click.ParamType[datetime]):
    """A time with its offset from UTC, as RFC 3339 writes it."""

    name = "time"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-11-17T12:00:00Z.", param, ctx)
        if moment.tzinfo is None:
            self.fail(
                f"{value!r} lacks its offset; write {moment.isoformat()}Z for UTC.", param, ctx
            )
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail(f"{value!r} is out of range.", param, ctx)


@click.command()
@click.argument("projection", metavar="NAME", type=NamedProjection())
@click.option("--key", "keys", type=click.UUID, multiple=True, required=True, help="Of a document.")
@click.option("--at", type=Moment(), help="A time, as 2026-11-17T12:00:00Z; now, unless it is set.")
def replay(*, projection: Projection, keys: tuple[UUID, ...], at: datetime | None) -> None:
    """Show the rows of documents as they were at a moment, as JSON.

    They are folded from the log, in memory, by the code of now; nothing is written. What one table
    joins to another, as a product's page its vendor's name, has a key of its own: --key may be
    repeated.

    Ends with 1 when nothing was known of them then.

    For example:

        plaza projections replay product_page --at 2026-11-17T12:00:00Z --key <product>

        plaza projections replay order_page --key <order> --key <vendor>
    """
    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        try:
            shown = asyncio.run(rows_at(connected.settings, projection, keys, at))
        except LogIncomplete as error:
            raise click.ClickException(str(error)) from error
    if not shown.rows:
        _aside(f"The log says nothing of them up to position {shown.position}.")
        sys.exit(EXIT_NOTHING)
    click.echo(msgspec.json.format(msgspec.json.encode(shown)).decode())


def _aside(line: str) -> None:
    click.echo(line, err=True)
