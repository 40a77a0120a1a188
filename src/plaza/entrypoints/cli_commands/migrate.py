import asyncio

import rich_click as click

from plaza.entrypoints.connected import Connected, connected_settings
from plaza.entrypoints.installation import migrate as migrate_database
from plaza.entrypoints.reachable import check_servers
from plaza.settings import settings_from


@click.command()
def migrate() -> None:
    """Bring the database up to this version of plaza.

    Before the processes of a new version start, on servers of your own. `plaza up` does it by
    itself.

    For example:

        plaza migrate

        PLAZA_DATABASE_URL=postgresql://plaza_owner:…@db.example/plaza plaza migrate
    """
    with connected_settings(settings_from(), say=click.echo) as connected:
        asyncio.run(_migrated(connected))
    click.echo("The database is up to date.")


async def _migrated(connected: Connected) -> None:
    if connected.servers is None:
        await check_servers(connected.settings)
    await migrate_database(connected.settings)
