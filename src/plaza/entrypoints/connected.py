"""Settings whose servers are there: given, of a running `plaza up`, or started here."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from plaza.embedded.refusal import CannotStart
from plaza.embedded.servers import EmbeddedServers, embedded_servers, running_addresses
from plaza.settings import Settings


class Connected(NamedTuple):
    settings: Settings
    """With both addresses filled in."""
    servers: EmbeddedServers | None
    """The embedded ones, when they were started here."""


@contextmanager
def connected_settings(
    settings: Settings, *, say: Callable[[str], object], start: bool = True, share: bool = True
) -> Iterator[Connected]:
    """Fill in the addresses that are not set.

    Args:
        settings: what the environment says.
        say: prints a line.
        start: whether the embedded servers may be started for it.
        share: whether those of a running `plaza up` will do.

    Raises:
        CannotStart: there are no servers, and none can be started.
    """
    if settings.database_url is not None and settings.redis_url is not None:
        yield Connected(settings, None)
        return
    running = running_addresses(settings.data_dir) if share else None
    if running is not None:
        yield Connected(_addressed(settings, running.database_url, running.redis_url), None)
        return
    if not start:
        message = (
            f"No plaza works in {settings.data_dir.absolute()} now. Start it by `plaza up`, or set "
            "PLAZA_DATABASE_URL and PLAZA_REDIS_URL."
        )
        raise CannotStart(message)
    with embedded_servers(settings.data_dir) as servers:
        moved = servers.folder != settings.data_dir.resolve()
        reason = f", because their user cannot reach {settings.data_dir.absolute()}"
        say(f"PostgreSQL and Valkey work in {servers.folder}{reason if moved else ''}.")
        yield Connected(_addressed(settings, servers.database_url, servers.redis_url), servers)


def without_demo_unless_asked(settings: Settings) -> Settings:
    """A server of one's own gets the demo's well-known password only where it is asked for."""
    if "PLAZA_DEMO" in os.environ:
        return settings
    return msgspec.structs.replace(settings, demo=False)


def check_secret(settings: Settings) -> None:
    """Make the secret, or check the one that is given, before processes ask for it.

    Raises:
        InvalidSetting: it is too weak.
        CannotStart: there is none, and the data folder does not take one.
    """
    try:
        settings.secret()
    except OSError as error:
        message = (
            f"The data folder {settings.data_dir.absolute()} cannot keep the secret key "
            f"({error.strerror}). Choose another by PLAZA_DATA_DIR, or set PLAZA_SECRET_KEY."
        )
        raise CannotStart(message) from error


def _addressed(settings: Settings, database_url: str, redis_url: str) -> Settings:
    asks_for_mail = "PLAZA_REQUIRE_VERIFIED_EMAIL" in os.environ
    asks_for_limits = "PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK" in os.environ
    return msgspec.structs.replace(
        settings,
        database_url=settings.database_url or database_url,
        redis_url=settings.redis_url or redis_url,
        # The embedded servers are for trying things out, and then no mail arrives.
        require_verified_email=settings.require_verified_email if asks_for_mail else False,
        rate_limits_exempt_loopback=settings.rate_limits_exempt_loopback or not asks_for_limits,
    )
