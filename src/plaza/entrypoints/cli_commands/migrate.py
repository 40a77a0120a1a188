import asyncio

import rich_click as click

from plaza.entrypoints.connected import (
    Connected,
    connected_settings,
    without_demo_unless_asked,
)
from plaza.entrypoints.installation import migrate as migrate_database
from plaza.entrypoints.installation import settle
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
    if settings.database_url is not None:
        settings.check_operator_password()
    with connected_settings(settings, say=click.echo) as connected:
        asyncio.run(_migrated(connected))
        click.echo("The database is up to date.")
        if settings.database_url is not None:
            password = asyncio.run(settle(without_demo_unless_asked(connected.settings)))
            _show(settings, password)


async def _migrated(connected: Connected) -> None:
    await check_servers(connected.settings)
    await migrate_database(connected.settings)


def _show(settings: Settings, password: str | None) -> None:
    if password is not None and settings.operator_password is None:
        click.echo(f"The operator's account was made: {settings.operator_email}  {password}")
