"""The command line of `scripts/soak`."""

import signal

import rich_click as click

from soaking.log_commands import drain, order, order_toll, vanished
from soaking.reading_commands import beside, database_outage, rebuild, tokens

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Try for minutes what the tests try for seconds.

    Each soak works on a PostgreSQL cluster of its own, which it ends, and exits with 1 when plaza
    did not keep its word.

    For example:

        scripts/soak order

        scripts/soak order --seconds 600 --writers 64 --kill-every 0.3

        scripts/soak order --seed 4211 --seconds 20

        scripts/soak drain --events 500000

        scripts/soak rebuild --facts 200000

        scripts/soak rebuild-beside --rows 1000000

        scripts/soak tokens --pairs 10000 --rate 300

        scripts/soak outage --seconds 60

        scripts/soak vanished
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


for command in (order, drain, order_toll, vanished, rebuild, beside, tokens, database_outage):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="scripts/soak")
