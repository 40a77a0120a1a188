"""`plaza operators`: who runs the marketplace."""

import asyncio
import sys

import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.installation import appoint
from plaza.entrypoints.reachable import check_installation
from plaza.settings import settings_from


@click.group()
def operators() -> None:
    """Who runs the marketplace."""


@operators.command()
@click.argument("email")
@click.option("--name", default="Operator", show_default=True, help="What the person is called.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password of a new account from standard input."
)
def add(*, email: str, name: str, password_stdin: bool) -> None:
    """Make the account of EMAIL an operator's, and the account where there is none.

    A new account gets a password that is printed once, unless one is given. So does one whose
    e-mail nobody has confirmed yet; any other account that there is keeps its own.

    For example:

        plaza operators add ada@example.com --name "Ada Lovelace"

        pass show plaza/ada | plaza operators add ada@example.com --password-stdin
    """
    given = _password_given() if password_stdin else None
    with connected_settings(settings_from(), say=click.echo) as connected:
        asyncio.run(check_installation(connected.settings))
        made = asyncio.run(appoint(connected.settings, email=email, name=name, password=given))
    if made is None:
        click.echo(f"{email} had an account and is an operator now.")
    elif given is not None:
        click.echo(f"The operator's account was made: {email}")
    else:
        click.echo(f"The operator's account was made: {email}  {made}")


def _password_given() -> str:
    try:
        given = sys.stdin.readline().rstrip("\n")
    except UnicodeDecodeError as error:
        raise click.UsageError("The password on standard input is not UTF-8.") from error
    if not given:
        raise click.UsageError("There is no password on standard input.")
    return given
