import os
import sys
from time import monotonic

import msgspec
import rich_click as click
from rich.console import Console

from plaza.entrypoints.connected import check_secret, connected_settings
from plaza.entrypoints.supervising.play_money import with_sandbox
from plaza.entrypoints.supervising.stop_signals import StopSignals
from plaza.entrypoints.supervising.supervisor import Supervisor
from plaza.settings import Settings, settings_from


@click.command()
@click.option("--reload", is_flag=True, help="Restart the processes when plaza's source changes.")
def up(*, reload: bool) -> None:
    """Start a whole marketplace here; Ctrl-C stops all of it.

    Starts an embedded PostgreSQL and Valkey (unless PLAZA_DATABASE_URL and PLAZA_REDIS_URL name
    servers of your own), migrates, loads the demo marketplace once, and starts the API, the
    projector and the worker, and beside the embedded servers a sandbox of payments that takes
    play money. One that ends is started again.

    Settings that are often wanted:

    - PLAZA_PORT=8001, PLAZA_HOST=0.0.0.0: where the API listens
    - PLAZA_WORKERS=4: API processes
    - PLAZA_DATA_DIR=.plaza-2: another marketplace beside the first (with another port)
    - PLAZA_DEMO=0: start empty
    - PLAZA_OPERATOR_EMAIL, PLAZA_OPERATOR_PASSWORD: the operator's log-in

    For example:

        plaza up

        PLAZA_PORT=8001 PLAZA_DATA_DIR=.plaza-2 plaza up --reload
    """
    console = Console(highlight=False)
    started = monotonic()
    with StopSignals() as signals:
        settings = _for_the_terminal(settings_from())
        with connected_settings(settings, say=click.echo, share=False) as connected:
            check_secret(settings)
            if connected.servers is None:
                settings.check_operator_password()
            supervisor = Supervisor(
                with_sandbox(connected, settings), console, reload=reload, started=started
            )
            signals.run(supervisor.work())


def _for_the_terminal(settings: Settings) -> Settings:
    """Lines for people, where people look and have not asked for others."""
    if sys.stdout.isatty() and "PLAZA_LOG_FORMAT" not in os.environ:
        return msgspec.structs.replace(settings, log_format="console")
    return settings
