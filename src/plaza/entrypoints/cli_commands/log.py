"""`plaza log`: whether the log of facts is whole."""

import asyncio
import sys
from collections.abc import Iterator

import msgspec
import rich_click as click

from plaza.entrypoints.cli_commands.progress_bar import progress_bar
from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.outbox.verification import Extent, Finding, verify_log
from plaza.settings import Settings, settings_from

EXIT_WRONG = 1


@click.group()
def log() -> None:
    """The log of everything that has happened: whether it is whole."""


@log.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def verify(*, as_json: bool) -> None:
    """Go over the whole log.

    No position is empty, each leads to an event that is there, each aggregate says its versions in
    their order and nothing twice, and everything that was committed before the sequencer's last
    tick has a position. What is not sequenced yet is counted, and not looked at.

    It changes nothing, and commands may come in meanwhile. Ends with 1 when something is wrong.

    For example:

        plaza log verify

        plaza log verify --json > findings.jsonl
    """
    with connected_settings(settings_from(), say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        extent, found = asyncio.run(_verified(connected.settings, as_json=as_json))
    for line in _sentences(extent, found):
        _aside(line)
    if found:
        sys.exit(EXIT_WRONG)


async def _verified(settings: Settings, *, as_json: bool) -> tuple[Extent, int]:
    """What there was to look at, and how much of it is wrong; each finding is printed."""
    extent: Extent | None = None
    found = 0
    with progress_bar("Checking the log") as show:
        async for told in verify_log(settings, show):
            if isinstance(told, Extent):
                extent = told
                continue
            found += 1
            click.echo(msgspec.json.encode(told).decode() if as_json else _line(told))
    assert extent is not None
    return extent, found


def _line(found: Finding) -> str:
    place = "" if found.position is None else f"position {found.position}  "
    event = "" if found.id is None else f"event {found.id}  "
    return f"{place}{event}{found.check}: {found.detail}"


def _sentences(extent: Extent, found: int) -> Iterator[str]:
    """How it stands, beside what may be read by a program."""
    stretch = f"positions {extent.first:,} to {extent.last:,}" if extent.last else "nothing yet"
    wrong = "all of it is whole" if not found else f"{found:,} findings"
    yield f"The log holds {stretch}: {wrong}."
    if extent.unsequenced:
        assert extent.unsequenced_since is not None
        since = extent.unsequenced_since.isoformat(timespec="seconds")
        yield f"{extent.unsequenced:,} more facts have no position yet, the oldest since {since}."


def _aside(line: str) -> None:
    click.echo(line, err=True)
