"""The command `plaza`."""

import sys

import asyncpg
import rich_click as click
from rich.console import Console

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.cli_commands.cdn import cdn
from plaza.entrypoints.cli_commands.demo import demo
from plaza.entrypoints.cli_commands.events import events
from plaza.entrypoints.cli_commands.keys import keys
from plaza.entrypoints.cli_commands.log import log
from plaza.entrypoints.cli_commands.migrate import migrate
from plaza.entrypoints.cli_commands.operators import operators
from plaza.entrypoints.cli_commands.projections import projections
from plaza.entrypoints.cli_commands.projections_audit import audit
from plaza.entrypoints.cli_commands.projections_replay import replay
from plaza.entrypoints.cli_commands.reset import reset
from plaza.entrypoints.cli_commands.stock import stock
from plaza.entrypoints.cli_commands.up import up
from plaza.kernel.refusals import Refusal
from plaza.projecting.builds import NotBuilt
from plaza.projecting.replaying import LogIncomplete
from plaza.settings import InvalidSetting

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"

NOT_MIGRATED = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)

EXIT_REFUSED = 1
EXIT_INVALID_SETTING = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plaza", message="plaza %(version)s")
def plaza() -> None:
    """A multi-vendor marketplace backend.

    Settings are environment variables that begin with PLAZA_; `plaza up --help` names the most
    used ones.
    """


for command in (up, reset, migrate, demo, events, log, operators, keys, stock, projections, cdn):
    plaza.add_command(command)
projections.add_command(replay)
projections.add_command(audit)


def main() -> None:
    """Run the command that the arguments name; a refusal is one sentence, never a traceback."""
    try:
        plaza()
    except InvalidSetting as refusal:
        _say(refusal)
        sys.exit(EXIT_INVALID_SETTING)
    except (CannotStart, Refusal, NotBuilt, LogIncomplete) as refusal:
        _say(refusal)
        sys.exit(EXIT_REFUSED)
    except NOT_MIGRATED:
        _say("The database has no plaza tables, or not all of them: run `plaza migrate`.")
        sys.exit(EXIT_INVALID_SETTING)


def _say(refusal: Exception | str) -> None:
    Console(stderr=True).print(f"plaza: {refusal}", markup=False, highlight=False, soft_wrap=True)
