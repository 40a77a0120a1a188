"""What several soaks have in common on the command line."""

import rich_click as click
from rich.console import Console

EXIT_VIOLATED = 1
SEEDS = 2**32

console = Console(stderr=True, highlight=False)

seconds_option = click.option(
    "--seconds", type=click.FloatRange(1), default=60, show_default=True, help="How long."
)
