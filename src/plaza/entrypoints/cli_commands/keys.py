"""`plaza keys`: the keys that access tokens are signed with."""

import asyncio

import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.installation import rotate_keys
from plaza.entrypoints.reachable import check_installation
from plaza.settings import settings_from


@click.group()
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command()
@click.option(
    "--now",
    "at_once",
    is_flag=True,
    help="Somebody may have the present keys: what they signed is worth nothing from now on.",
)
def rotate(*, at_once: bool) -> None:
    """Sign with a new key.

    Every process learns it within a second and signs with it half a minute later. The keys before
    it check what they signed until that has run out, so that nobody is logged out. With --now
    they end at once; whoever is logged in gets a new access token by their refresh token.

    For example:

        plaza keys rotate

        plaza keys rotate --now
    """
    with connected_settings(settings_from(), say=click.echo) as connected:
        asyncio.run(check_installation(connected.settings))
        key_id = asyncio.run(rotate_keys(connected.settings, at_once=at_once))
    ended = "The keys before it have ended." if at_once else "It signs in 30 seconds."
    click.echo(f"Added the key {key_id}. {ended}")
