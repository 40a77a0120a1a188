"""Rows that stay, for questions that are asked over the pools of the API."""

import asyncpg

from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection
from plaza.settings import Settings
from read_models.given import given


async def keep(settings: Settings, projection: Projection, *events: Event) -> None:
    """Write what follows from the events, for good."""
    opened = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner", "plaza.scope": "market"}
    )
    tables = await BuildTables.of(opened, projection, 1)
    await tables.write(opened, given(*events).told(projection))
    await opened.close()
