"""`plaza keys`: the keys that access tokens are signed with."""

import asyncio

import rich_click as click

from plaza.entrypoints.connected import connected_settings
from plaza.entrypoints.installation import rotate_keys
from plaza.entrypoints.reachable import check_installation
from plaza.settings import InvalidSetting, Settings, settings_from


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
    settings = settings_from()
    _check_known_secret(settings)
    with connected_settings(settings, say=click.echo) as connected:
        asyncio.run(check_installation(connected.settings))
        key_id = asyncio.run(rotate_keys(connected.settings, at_once=at_once))
    ended = "The keys before it have ended." if at_once else "It signs in 30 seconds."
    click.echo(f"Added the key {key_id}. {ended}")


def _check_known_secret(settings: Settings) -> None:
    """Refuse to make a secret here: keys under it would be worth nothing to any other process.

    Raises:
        InvalidSetting: the secret is neither set nor kept in the data folder.
    """
    if settings.secret_key is None and not settings.secret_file.exists():
        message = (
            f"PLAZA_SECRET_KEY is not set, and {settings.secret_file.absolute()} is not there. "
            "Set it to the secret of the processes that shall sign with the key."
        )
        raise InvalidSetting(message)
