"""`plaza projections`: the tables behind what is read, and whether they are right."""

import rich_click as click

from plaza.entrypoints.cli_commands.projections_builds import BUILD_COMMANDS
from plaza.entrypoints.cli_commands.projections_listing import list_projections
from plaza.entrypoints.cli_commands.projections_parked import PARKED_COMMANDS


@click.group()
def projections() -> None:
    """Read models: how far they are, whether they are right, and building them anew."""


projections.add_command(list_projections)
for command in (*BUILD_COMMANDS, *PARKED_COMMANDS):
    projections.add_command(command)
