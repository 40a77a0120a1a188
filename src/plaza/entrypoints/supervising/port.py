import asyncio
import errno
import socket
import time

from plaza.embedded.refusal import CannotStart
from plaza.settings import Settings

PATIENCE_S = 4.0
"""The API of a `plaza up` that was just killed needs a moment to stop."""


async def wait_for_free_port(settings: Settings) -> None:
    """Wait until the port can be listened on.

    Raises:
        CannotStart: it cannot; the message says how to choose another.
    """
    deadline = time.monotonic() + PATIENCE_S
    while (problem := _problem(settings)) is not None:
        if problem != errno.EADDRINUSE or time.monotonic() > deadline:
            raise CannotStart(_sentence(settings, problem))
        await asyncio.sleep(0.1)


def _problem(settings: Settings) -> int | None:
    """The error number of an attempt to listen."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    with socket.socket(family, kind) as attempt:
        # As the API itself does: connections of an earlier run that are still closing are no rival.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(address)
            attempt.listen()
        except OSError as error:
            return error.errno
    return None


def _sentence(settings: Settings, problem: int) -> str:
    match problem:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {settings.host} is in use by another program. "
                f"Choose another: PLAZA_PORT={settings.port % 65535 + 1}."
            )
        case errno.EACCES:
            return (
                f"Port {settings.port} needs the rights of root. "
                "Choose another, from 1024 on: PLAZA_PORT=8000."
            )
        case _:
            return (
                f"PLAZA_HOST={settings.host!r} is not an address of this machine. "
                "127.0.0.1 serves this machine only, 0.0.0.0 every network that it is in."
            )
