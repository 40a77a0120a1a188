import asyncio

import rich_click as click
from rich.console import Console

from plaza.entrypoints.connected import Connected, connected_settings
from plaza.entrypoints.installation import migrate
from plaza.entrypoints.reachable import check_servers
from plaza.entrypoints.supervising.demo_progress import loaded_with_progress
from plaza.operations.demo.load import DemoLoaded
from plaza.operations.revisions import check_migrated
from plaza.settings import settings_from


@click.group()
def demo() -> None:
    """The demo marketplace: real goods of over fifty vendors."""


@demo.command()
def load() -> None:
    """Load the demo marketplace, unless it is loaded already.

    Works on the servers of a running `plaza up`, on servers of your own, or starts the embedded
    ones while it loads.

    For example:

        plaza demo load
    """
    console = Console(highlight=False)
    with connected_settings(settings_from(), say=click.echo) as connected:
        loaded = asyncio.run(_loaded(connected, console))
    for label, email, password in loaded.log_ins:
        console.print(f"{label}: {email}  {password}", markup=False)


async def _loaded(connected: Connected, console: Console) -> DemoLoaded:
    await check_servers(connected.settings)
    if connected.servers is not None:
        await migrate(connected.settings)
    await check_migrated(connected.settings)
    return await loaded_with_progress(connected.settings, console)
