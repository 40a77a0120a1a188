"""`plaza projections list`: how far everything is that follows the log."""

import asyncio

import asyncpg
import msgspec
import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.operations.projections.states import BuildState, ProjectionState, projection_states
from plaza.settings import Settings, settings_from

HEADINGS = ("read model or process", "build", "position", "facts behind", "lag", "parked", "state")
MS_PER_S = 1_000


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def list_projections(*, as_json: bool) -> None:
    """How far each read model and process is.

    Asked of the log and of what is stored: facts that no sequencer has placed yet count as not
    covered, and who does not follow falls behind. A second of lag is what is stored late.

    For example:

        plaza projections list

        plaza projections list --json | jq 'select(.parked > 0)'
    """
    with connected_settings(settings_from(), start=False, say=_aside) as connected:
        asyncio.run(check_installation(connected.settings))
        states = asyncio.run(_states(connected.settings))
    if as_json:
        for state in states:
            click.echo(msgspec.json.encode(state).decode())
    else:
        _print_columns([HEADINGS, *(row for state in states for row in _rows(state))])


async def _states(settings: Settings) -> list[ProjectionState]:
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "default_transaction_read_only": "on"},
    )
    try:
        return await projection_states(connection, {})
    finally:
        await connection.close()


def _rows(state: ProjectionState) -> list[tuple[str, ...]]:
    shown = _row(state.projection, state)
    return [shown, *(_row(f"  {state.projection}", other) for other in state.other_builds)]


def _row(name: str, build: BuildState) -> tuple[str, ...]:
    stopped = build.stopped_since
    since = "" if stopped is None else f"stopped since {stopped.isoformat(timespec='seconds')}"
    numbers = (build.build, build.position, build.lag_facts)
    return (
        name,
        *(f"{number:,}" for number in numbers),
        f"{build.lag_ms / MS_PER_S:,.1f} s",
        f"{build.parked:,}",
        since or build.status,
    )


def _print_columns(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers, state in rows:
        aligned = (text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True))
        click.echo("  ".join((name.ljust(widths[0]), *aligned, state)))


def _aside(line: str) -> None:
    click.echo(line, err=True)
