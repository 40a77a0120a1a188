import asyncio
import os

import msgspec
import rich_click as click

from plaza.entrypoints.connected import Connected, connected_settings
from plaza.entrypoints.installation import ensure_operator
from plaza.entrypoints.installation import migrate as migrate_database
from plaza.entrypoints.reachable import check_servers
from plaza.settings import Settings, settings_from


@click.command()
def migrate() -> None:
    """Bring the database up to this version of plaza.

    Before the processes of a new version start, on servers of your own. The first time it makes
    the operator's account there, and prints the password unless PLAZA_OPERATOR_PASSWORD gives it.
    `plaza up` does all of this by itself.

    For example:

        plaza migrate

        PLAZA_DATABASE_URL=postgresql://plaza_owner:…@db.example/plaza plaza migrate
    """
    settings = settings_from()
    with connected_settings(settings, say=click.echo) as connected:
        asyncio.run(_migrated(connected))
        click.echo("The database is up to date.")
        if settings.database_url is not None:
            password = asyncio.run(ensure_operator(_without_demo(connected.settings)))
            _show(settings, password)


async def _migrated(connected: Connected) -> None:
    if connected.servers is None:
        await check_servers(connected.settings)
    await migrate_database(connected.settings)


def _without_demo(settings: Settings) -> Settings:
    """A server of one's own gets the demo's well-known password only where it is asked for."""
    if "PLAZA_DEMO" in os.environ:
        return settings
    return msgspec.structs.replace(settings, demo=False)


def _show(settings: Settings, password: str | None) -> None:
    if password is not None and settings.operator_password is None:
        click.echo(f"The operator's account was made: {settings.operator_email}  {password}")
