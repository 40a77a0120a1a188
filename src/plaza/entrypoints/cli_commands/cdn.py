"""`plaza cdn`: what a CDN in front of plaza has to let go of."""

import asyncio

import msgspec
import rich_click as click

from plaza.bootstrap import PROJECTIONS
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.operations.changes import changes_since
from plaza.settings import InvalidSetting, settings_from


@click.group()
def cdn() -> None:
    """What a CDN in front of plaza has to let go of."""


@cdn.command()
@click.option(
    "--since",
    type=click.IntRange(0, 2**63 - 2),
    required=True,
    help="The position printed before; or 0.",
)
def changed(*, since: int) -> None:
    """Print the tags of the answers that have changed, and the position to go on from.

    Answers name their tags in the header that PLAZA_CDN_TAG_HEADER chooses. Purge the printed
    ones, then keep the position: after a crash the same is printed again.

    For example:

        plaza cdn changed --since 4711
    """
    with connected_settings(settings_from(), start=False, say=click.echo) as connected:
        if connected.settings.cdn_tag_header == "off":
            raise InvalidSetting("PLAZA_CDN_TAG_HEADER is off, so that no change was noted.")
        asyncio.run(check_installation(connected.settings))
        tagged = [projection.name for projection in PROJECTIONS if projection.is_tagged]
        changes = asyncio.run(changes_since(connected.settings, since, tagged))
    click.echo(msgspec.json.encode(changes))
