import asyncio

import msgspec
import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.reachable import check_installation
from plaza.kernel.event import Fact
from plaza.outbox.tail import tail_events
from plaza.settings import Settings, settings_from


@click.group()
def events() -> None:
    """The log of everything that has happened."""


@events.command()
@click.option("--from", "start", type=click.IntRange(1, 2**63 - 1), help="First position to show.")
@click.option("--type", "types", multiple=True, help="Show only this type; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def tail(*, start: int | None, types: tuple[str, ...], as_json: bool) -> None:
    """Follow the log as it grows, until Ctrl-C; without --from only what is new.

    For example:

        plaza events tail --from 1

        plaza events tail --type catalog.product_created.v1 --json
    """
    with connected_settings(settings_from(), start=False, say=click.echo) as connected:
        asyncio.run(check_installation(connected.settings))
        try:
            asyncio.run(_print_events(connected.settings, start, types, as_json=as_json))
        except KeyboardInterrupt:
            return


async def _print_events(
    settings: Settings, start: int | None, types: tuple[str, ...], *, as_json: bool
) -> None:
    async for fact in tail_events(settings, start, types):
        click.echo(msgspec.json.encode(fact) if as_json else _line(fact))


def _line(fact: Fact) -> str:
    moment = fact.created_at.isoformat(timespec="milliseconds")
    subject = f"{fact.aggregate_type} {fact.aggregate_id} version {fact.version}"
    return f"{fact.position:>9}  {moment}  {fact.type}  {subject}  by {fact.actor}"
